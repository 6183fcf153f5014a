'use client';

import { type RefObject, useEffect, useMemo, useRef } from 'react';
import type { Problem, Tool } from '@/components/shared/api/wire';
import type { EditorHandle, MarkedRange } from '@/components/shared/monaco/editor-props';
import { MonacoModelEditor } from '@/components/shared/monaco/monaco-editor';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { locateAll } from '@/lib/policy/locate';
import { policyJsonSchema } from '@/lib/policy/policy-schema';
import { readPolicyText } from '@/lib/policy/read-document';
import type { Selection } from './builder-context';
import { pointerAt } from './pointer-at';
import type { PolicyBuffer, ValidText } from './policy-buffer';
import { useBufferState } from './use-policy-buffer';

interface JsonDockProps {
  buffer: PolicyBuffer;
  label: string;
  tools: readonly Tool[];
  problems: readonly Problem[];
  checked: string | null;
  readOnly: boolean;
  selection: Selection;
  onSelect: (pointer: string) => void;
  editor: RefObject<EditorHandle | null>;
  onSave: () => void;
  onPrimary: () => void;
}

/** The text itself. What is selected in the builder is marked here, and a caret put somewhere selects there. */
export function JsonDock({
  buffer,
  label,
  tools,
  problems,
  checked,
  readOnly,
  selection,
  onSelect,
  editor,
  onSave,
  onPrimary,
}: JsonDockProps) {
  const { ready, valid, text } = useBufferState(buffer);
  // Without the tools' names: those come with their risk from the language beside it, and once.
  const schema = useMemo(() => policyJsonSchema(), []);
  const isCurrent = valid !== null && valid.text === text;
  const marked = useMemo<MarkedRange | null>(() => {
    if (!isCurrent || valid === null || selection.pointer === '') return null;
    const place = locateAll(valid.root).get(selection.pointer);
    if (place === undefined) return null;
    return { start: place.keySpan?.start ?? place.node.start, end: place.node.end, reveal: selection.from !== 'json' };
  }, [isCurrent, valid, selection]);
  const model = buffer.modelNow();
  // Read when it is asked for: a hover or a completion is about the text of that moment.
  const facts = useRef({ tools, problems, checked, valid });
  useEffect(() => {
    facts.current = { tools, problems, checked, valid };
  });
  useEffect(() => {
    if (!ready || model === null) return;
    let attached: { dispose(): void } | null = null;
    let gone = false;
    void import('../language/register-language').then(({ attachLanguage }) => {
      if (!gone) attached = attachLanguage(model, () => languageContext(facts.current));
    });
    return () => {
      gone = true;
      attached?.dispose();
    };
  }, [model, ready]);
  if (!ready || model === null)
    return (
      <p role="status" aria-busy="true" className="p-4 text-ink-3">
        Loading editor…
      </p>
    );
  return (
    <MonacoModelEditor
      model={model}
      label={label}
      schema={schema}
      problems={problems}
      readOnly={readOnly}
      height="100%"
      handle={editor}
      marked={marked}
      onCaret={(offset) => {
        const state = buffer.snapshot();
        if (state.valid !== null && state.valid.text === state.text) onSelect(pointerAt(state.valid.root, offset));
      }}
      onSave={onSave}
      onPrimary={onPrimary}
    />
  );
}

interface Facts {
  readonly tools: readonly Tool[];
  readonly problems: readonly Problem[];
  readonly checked: string | null;
  readonly valid: ValidText | null;
}

function languageContext({ tools, problems, checked, valid }: Facts) {
  const document = valid === null ? null : readPolicyText(valid.text).document;
  return { tools, problems, checked: checked ?? '', explanation: document === null ? null : explainPolicy(document, null) };
}
