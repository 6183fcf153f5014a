import type { editor } from 'monaco-editor/editor';
import type { Ref } from 'react';
import type { Problem } from '../api/wire';

export interface EditorHandle {
  /** Puts the caret there, scrolls it into view and takes the focus. Lines and columns from 1. */
  goTo: (line: number, column: number) => void;
}

/** A part of the text to mark, as UTF-16 offsets; `reveal` scrolls to it without taking the focus. */
export interface MarkedRange {
  readonly start: number;
  readonly end: number;
  readonly reveal: boolean;
}

export interface ModelEditorProps {
  model: editor.ITextModel;
  label: string;
  schema?: object | null;
  problems?: readonly Problem[];
  readOnly?: boolean;
  height?: number | string;
  handle?: Ref<EditorHandle>;
  marked?: MarkedRange | null;
  /** The caret was moved by hand to this offset. */
  onCaret?: (offset: number) => void;
  /** ⌘S and ⌘↵ inside the editor. */
  onSave?: () => void;
  onPrimary?: () => void;
}

export interface MonacoDiffProps {
  before: string;
  after: string;
  label: string;
  height?: number | string;
  language?: 'json' | 'plaintext';
  sideBySide?: boolean;
}
