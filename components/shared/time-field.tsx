'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { inputNote, timeFromInput, timeToInput } from './time-input';
import { useTimeZone } from './time-zone';

interface TimeFieldProps {
  /** The zone is added to it. */
  label: string;
  /** ISO 8601; null is empty or half typed. */
  value: string | null;
  onChange: (value: string | null) => void;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
}

/** A day and a time by the clock that the console shows. It holds the moment, so that another zone shows another text and means the same. */
export function TimeField({ label, value, onChange, hint, error = null, optional = false }: TimeFieldProps) {
  const { timeZone, zoneName } = useTimeZone();
  // A skipped time stays as it was typed, beside the words on what it means.
  const [typed, setTyped] = useState<{ text: string; at: string | null; timeZone: string | undefined } | null>(null);
  const isTyped = typed !== null && typed.at === value && typed.timeZone === timeZone;
  const text = isTyped ? typed.text : timeToInput(value, timeZone);
  const note = inputNote(text, value, timeZone);
  const take = (at: string | null, as: string) => {
    setTyped({ text: as, at, timeZone });
    onChange(at);
  };
  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <Field
        label={`${label}, ${zoneName}`}
        hint={note ? <span role="status">{note.words}</span> : hint}
        error={error}
        optional={optional}
        className="w-full"
      >
        <Input
          type="datetime-local"
          value={text}
          onChange={(event) => take(timeFromInput(event.target.value, timeZone), event.target.value)}
        />
      </Field>
      {note?.other ? (
        <Button size="sm" variant="link" onClick={() => take(note.other?.at ?? null, text)}>
          {note.other.words}
        </Button>
      ) : null}
    </div>
  );
}
