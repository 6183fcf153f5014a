'use client';

import type { editor } from 'monaco-editor/editor';
import { loadMonaco } from './load-monaco';

let made = 0;

/** A text without an editor: what it is edited with may come and go, its history stays. */
export function createPolicyModel(name: string, text: string): editor.ITextModel {
  const monaco = loadMonaco();
  made += 1;
  return monaco.editor.createModel(text, 'json', monaco.Uri.parse(`inmemory://callgate/${encodeURIComponent(name)}-${made}.json`));
}
