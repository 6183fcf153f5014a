'use client';

import dynamic from 'next/dynamic';
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

function Placeholder() {
  return <div aria-busy="true" role="status" aria-label="Loading editor" className="h-full min-h-40 p-4 text-ink-3">Loading editor…</div>;
}

/** Loaded when first shown, and only in the browser: the editor is the largest script of the console. */
export const MonacoEditor = dynamic(() => import('./editor-surface').then((module) => module.EditorSurface), { ssr: false, loading: Placeholder });
export const MonacoDiff = dynamic(() => import('./diff-surface').then((module) => module.DiffSurface), { ssr: false, loading: Placeholder });
