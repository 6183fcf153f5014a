'use client';

import type { editor } from 'monaco-editor/editor';
import { useTheme } from 'next-themes';
import { useEffect, useRef } from 'react';
import { discard } from './discard';
import type { MonacoDiffProps } from './editor-props';
import { loadMonaco } from './load-monaco';

const monaco = loadMonaco();
/** Longer than Monaco lets one comparison run (5 s). */
const COMPARISON_MS_MAX = 6_000;

/** Removed and added lines with their signs; read only. */
export function DiffSurface({ before, after, label, height = 360, language = 'json', sideBySide = true }: MonacoDiffProps) {
  const host = useRef<HTMLDivElement>(null);
  const { resolvedTheme } = useTheme();
  useEffect(() => monaco.editor.setTheme(resolvedTheme === 'dark' ? 'callgate-dark' : 'callgate-light'), [resolvedTheme]);
  const diff = useRef<editor.IStandaloneDiffEditor | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const made = monaco.editor.createDiffEditor(host.current, {
      automaticLayout: true,
      readOnly: true,
      domReadOnly: true,
      originalEditable: false,
      renderSideBySide: sideBySide,
      useInlineViewWhenSpaceIsLimited: true,
      renderIndicators: true,
      renderOverviewRuler: false,
      hideUnchangedRegions: { enabled: true },
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      renderFinalNewline: 'on',
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-geist-mono') || 'monospace',
      fontSize: 12,
      lineHeight: 19,
      tabFocusMode: true,
      scrollbar: { alwaysConsumeMouseWheel: false },
    });
    // The diff editor empties the names of its sides whenever an option changes.
    const sides = [
      [made.getOriginalEditor(), `${label}: before`],
      [made.getModifiedEditor(), `${label}: after`],
    ] as const;
    for (const [side, ariaLabel] of sides) {
      const keepName = () => {
        if (side.getRawOptions().ariaLabel !== ariaLabel) side.updateOptions({ ariaLabel });
      };
      side.onDidChangeConfiguration(keepName);
      keepName();
    }
    diff.current = made;
    return () => {
      diff.current = null;
      made.setModel(null);
      discard(made);
    };
  }, [label, sideBySide]);
  // Texts change within one editor: one that is thrown away in the middle of a comparison complains about it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: label and sides make another editor, which needs the texts too
  useEffect(() => {
    const original = monaco.editor.createModel(before, language);
    const modified = monaco.editor.createModel(after, language);
    diff.current?.setModel({ original, modified });
    return () => {
      // A comparison under way in the worker fails aloud without its models: they go once it is certainly over.
      setTimeout(() => {
        original.dispose();
        modified.dispose();
      }, COMPARISON_MS_MAX);
    };
  }, [before, after, language, label, sideBySide]);
  return (
    <div
      role="group"
      aria-label={label}
      ref={host}
      className="min-w-0 overflow-hidden rounded-control border border-line"
      style={{ height }}
    />
  );
}
