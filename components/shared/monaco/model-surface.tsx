'use client';

import type { editor as MonacoEditors } from 'monaco-editor/editor';
import { useTheme } from 'next-themes';
import { useEffect, useImperativeHandle, useRef } from 'react';
import { discard } from './discard';
import type { ModelEditorProps } from './editor-props';
import { loadMonaco, setJsonSchema } from './load-monaco';
import { problemMarkers } from './problem-markers';
import { TabHint } from './tab-hint';

const monaco = loadMonaco();

/** An editor on a text that lives elsewhere; the text and its undo history outlive it. */
export function ModelSurface(props: ModelEditorProps) {
  const { model, label, schema, problems, readOnly, height = 420, handle, marked } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<MonacoEditors.IStandaloneCodeEditor | null>(null);
  const marks = useRef<MonacoEditors.IEditorDecorationsCollection | null>(null);
  const { resolvedTheme } = useTheme();
  const actions = useRef(props);
  useEffect(() => {
    actions.current = props;
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
    // Only a caret that somebody moved says where they look; one that typing moved does not.
    made.onDidChangeCursorPosition((event) => {
      if (event.reason === monaco.editor.CursorChangeReason.Explicit && made.hasTextFocus())
        actions.current.onCaret?.(model.getOffsetAt(event.position));
    });
    marks.current = made.createDecorationsCollection();
    editor.current = made;
    return () => {
      editor.current = null;
      marks.current = null;
      discard(made);
    };
  }, [model, label]);

  useEffect(() => () => setJsonSchema(model.uri.toString(), null), [model]);
  useEffect(() => monaco.editor.setTheme(resolvedTheme === 'dark' ? 'callgate-dark' : 'callgate-light'), [resolvedTheme]);
  useEffect(() => editor.current?.updateOptions({ readOnly: Boolean(readOnly), domReadOnly: Boolean(readOnly) }), [readOnly]);
  useEffect(() => setJsonSchema(model.uri.toString(), schema ?? null), [model, schema]);
  useEffect(() => {
    if (!model.isDisposed()) monaco.editor.setModelMarkers(model, 'policy', problemMarkers(model, problems ?? []));
  }, [model, problems]);
  useEffect(() => {
    if (marked == null || model.isDisposed()) {
      marks.current?.clear();
      return;
    }
    const range = monaco.Range.fromPositions(model.getPositionAt(marked.start), model.getPositionAt(marked.end));
    marks.current?.set([
      { range, options: { isWholeLine: true, className: 'policy-mark', linesDecorationsClassName: 'policy-mark-line' } },
    ]);
    // Lines, not the range: what is long must not push the beginning of its lines out of sight.
    if (marked.reveal) editor.current?.revealLinesInCenterIfOutsideViewport(range.startLineNumber, range.endLineNumber);
  }, [model, marked]);
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
    <div role="group" aria-label={label} className="flex min-h-0 min-w-0 flex-col" style={{ height }}>
      <div ref={host} className="min-h-0 flex-1" />
      {readOnly ? null : <TabHint />}
    </div>
  );
}
