'use client';

import { useTheme } from 'next-themes';
import { useEffect, useId, useImperativeHandle, useRef, useState } from 'react';
import type { MonacoEditorProps } from './editor-props';
import { loadMonaco, setJsonSchema } from './load-monaco';
import { problemMarkers } from './problem-markers';
import { TabHint } from './tab-hint';

const monaco = loadMonaco();
export function EditorSurface({
  value,
  onChange,
  label,
  language = 'json',
  schema,
  problems,
  readOnly,
  height = 420,
  handle,
  onSave,
  onPrimary,
}: MonacoEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const name = useId().replaceAll(/[^a-z0-9]/gi, '');
  const { resolvedTheme } = useTheme();
  const [model] = useState(() => monaco.editor.createModel(value, language, monaco.Uri.parse(`inmemory://callgate/${name}.json`)));
  const editor = useRef<ReturnType<typeof monaco.editor.create> | null>(null);
  const actions = useRef({ onChange, onSave, onPrimary });
  // Texts that went out and have not come back as `value`: while typing, `value` lags behind the model, and writing it
  // back would swallow characters.
  const sent = useRef<string[]>([]);
  useEffect(() => {
    actions.current = { onChange, onSave, onPrimary };
  });

  useEffect(() => {
    if (!host.current) return;
    const made = monaco.editor.create(host.current, {
      model,
      theme: 'vs',
      automaticLayout: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-geist-mono') || 'monospace',
      fontSize: 13,
      lineHeight: 20,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      renderFinalNewline: 'on',
      renderLineHighlight: 'line',
      padding: { top: 8, bottom: 8 },
      tabSize: 2,
      ariaLabel: label,
      fixedOverflowWidgets: true,
      unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
      scrollbar: { alwaysConsumeMouseWheel: false, verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
      stickyScroll: { enabled: false },
      quickSuggestions: { strings: true, other: true, comments: false },
    });
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => actions.current.onSave?.());
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => actions.current.onPrimary?.());
    const change = model.onDidChangeContent(() => {
      sent.current.push(model.getValue());
      actions.current.onChange?.(model.getValue());
    });
    editor.current = made;
    return () => {
      change.dispose();
      made.dispose();
    };
  }, [model, label]);

  useEffect(
    () => () => {
      setJsonSchema(model.uri.toString(), null);
    },
    [model],
  );
  useEffect(() => monaco.editor.setTheme(resolvedTheme === 'dark' ? 'callgate-dark' : 'callgate-light'), [resolvedTheme]);
  useEffect(() => editor.current?.updateOptions({ readOnly: Boolean(readOnly), domReadOnly: Boolean(readOnly) }), [readOnly]);
  useEffect(() => setJsonSchema(model.uri.toString(), schema ?? null), [model, schema]);
  useEffect(() => {
    const echo = sent.current.lastIndexOf(value);
    sent.current = echo >= 0 ? sent.current.slice(echo + 1) : [];
    // A text from outside (start point, restore) is an edit like any other, so that ⌘Z brings the old one back.
    if (echo < 0 && model.getValue() !== value)
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null);
  }, [model, value]);
  useEffect(() => monaco.editor.setModelMarkers(model, 'policy', problemMarkers(model, problems ?? [])), [model, problems]);
  useImperativeHandle(
    handle,
    () => ({
      goTo: (line, column) => {
        editor.current?.setPosition({ lineNumber: line, column });
        editor.current?.revealLineInCenterIfOutsideViewport(line);
        editor.current?.focus();
      },
    }),
    [],
  );

  return (
    <div role="group" aria-label={label} className="flex min-w-0 flex-col" style={{ height }}>
      <div ref={host} className="min-h-0 flex-1" />
      {readOnly ? null : <TabHint />}
    </div>
  );
}
