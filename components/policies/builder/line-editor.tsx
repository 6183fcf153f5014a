'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import type { Json } from '@/lib/kernel/json';
import { numberMistake, valueMistake } from './check-value';

interface LineEditorProps {
  kind: 'number' | 'text' | 'json';
  /** The operator that judges the value; none for values of other kinds. */
  op?: string;
  label: string;
  hint?: ReactNode;
  start: string;
  /** Says more about a value that is otherwise fine, or what is wrong with it. */
  check?: (value: Json) => string | null;
  below?: (text: string) => ReactNode;
  onTake: (literal: string) => void;
}

/** One value on a line. What the engine would refuse is said while typing, and is not taken. */
export function LineEditor({ kind, op, label, hint, start, check, below, onTake }: LineEditorProps) {
  const [text, setText] = useState(start);
  const [touched, setTouched] = useState(false);
  const read = readLine(kind, text.trim(), text);
  const mistake = read.mistake ?? (op === undefined ? null : valueMistake(op, read.value)) ?? check?.(read.value) ?? null;
  const isLong = kind === 'json' && (text.includes('\n') || text.length > 60);
  const Box = isLong ? Textarea : Input;
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setTouched(true);
        if (mistake === null) onTake(read.literal);
      }}
    >
      <Field label={label} hint={hint} error={touched ? mistake : null}>
        <Box
          autoFocus
          className="font-mono"
          value={text}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          onFocus={(event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => event.currentTarget.select()}
          onChange={(event: { target: { value: string } }) => {
            setText(event.target.value);
            setTouched(true);
          }}
        />
      </Field>
      {below?.(text)}
      <Button type="submit" size="sm" variant="primary" className="self-end">
        Apply
      </Button>
    </form>
  );
}

function readLine(
  kind: 'number' | 'text' | 'json',
  trimmed: string,
  text: string,
): { literal: string; value: Json; mistake: string | null } {
  if (kind === 'text') return { literal: JSON.stringify(text), value: text, mistake: null };
  if (kind === 'number') {
    const mistake = numberMistake(trimmed);
    return { literal: trimmed, value: mistake === null ? Number(trimmed) : null, mistake };
  }
  try {
    return { literal: trimmed, value: JSON.parse(trimmed) as Json, mistake: null };
  } catch {
    return { literal: trimmed, value: null, mistake: 'This is not JSON. Text goes in double quotes.' };
  }
}
