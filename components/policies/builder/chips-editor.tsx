'use client';

import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { valueMistake } from './check-value';

interface ChipsEditorProps {
  op?: string;
  label: string;
  hint?: ReactNode;
  start: readonly string[];
  check?: (values: readonly string[]) => string | null;
  suggestions?: readonly string[];
  onTake: (values: string[]) => void;
}

/** A list of texts: Enter adds one, a pasted list adds many, Backspace in an empty box takes the last back into it. */
export function ChipsEditor({ op, label, hint, start, check, suggestions = [], onTake }: ChipsEditorProps) {
  const [values, setValues] = useState<readonly string[]>(start);
  const [text, setText] = useState('');
  const pending = text.trim() === '' ? values : withAll(values, [text.trim()]);
  const mistake = (op === undefined ? null : valueMistake(op, [...pending])) ?? check?.(pending) ?? null;
  const open = suggestions.filter((one) => !values.includes(one) && one.toLowerCase().includes(text.trim().toLowerCase())).slice(0, 8);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (text.trim() !== '') {
          setValues(pending);
          setText('');
        } else if (mistake === null) onTake([...values]);
      }}
    >
      {values.length > 0 ? (
        <ul aria-label={`${label}: chosen`} className="flex max-h-40 flex-wrap gap-1 overflow-y-auto">
          {values.map((value) => (
            <li
              key={value}
              className="inline-flex min-h-6 max-w-full items-center gap-1 rounded-[5px] border border-line bg-sunken pl-1.5 font-mono"
            >
              <span className="[overflow-wrap:anywhere]">{value === '' ? '“”' : value}</span>
              <button
                type="button"
                aria-label={`Remove ${value}`}
                className="flex size-6 items-center justify-center rounded-[4px] text-ink-3 hover:bg-hover hover:text-ink"
                onClick={() => setValues(values.filter((other) => other !== value))}
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <Field label={label} hint={hint ?? 'Enter adds one; a pasted list adds many.'} error={mistake}>
        <Input
          autoFocus
          className="font-mono"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData
              .getData('text')
              .split(/[\n,;\t]+/)
              .map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
              .filter(Boolean);
            if (pasted.length < 2) return;
            event.preventDefault();
            setValues(withAll(values, pasted));
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Backspace' || text !== '' || values.length === 0) return;
            event.preventDefault();
            setText(values.at(-1) ?? '');
            setValues(values.slice(0, -1));
          }}
        />
      </Field>
      {open.length > 0 ? (
        <div className="flex flex-wrap gap-1">
          {open.map((one) => (
            <button
              key={one}
              type="button"
              onClick={() => {
                setValues(withAll(values, [one]));
                setText('');
              }}
              className="min-h-6 rounded-[5px] border border-control border-dashed px-1.5 font-mono text-ink-2 hover:bg-hover"
            >
              + {one}
            </button>
          ))}
        </div>
      ) : null}
      <Button size="sm" variant="primary" className="self-end" disabledReason={mistake} onClick={() => onTake([...pending])}>
        Apply
      </Button>
    </form>
  );
}

function withAll(values: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...values, ...more])];
}
