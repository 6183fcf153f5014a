import type { Ref } from 'react';
import type { Problem } from '../api/wire';

export interface EditorHandle {
  /** Puts the caret there, scrolls it into view and takes the focus. Lines and columns from 1. */
  goTo: (line: number, column: number) => void;
}

export interface MonacoEditorProps {
  value: string;
  onChange?: (text: string) => void;
  label: string;
  language?: 'json' | 'plaintext';
  schema?: object | null;
  problems?: readonly Problem[];
  readOnly?: boolean;
  height?: number | string;
  handle?: Ref<EditorHandle>;
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
