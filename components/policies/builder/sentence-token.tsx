'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import type { Step } from './builder-context';
import { useBuilder } from './builder-context';
import { Token } from './token';

interface SentenceTokenProps {
  id: string;
  what: string;
  value: string | null;
  /** Shown while there is nothing. */
  empty: ReactNode;
  hint?: string;
  /** Shown below the box while one writes. */
  below?: (text: string) => ReactNode;
  words?: (value: string) => ReactNode;
  write: (text: string | null) => Step;
}

/** A text of the author's own: a message, a name, a note. Emptied, it goes. */
export function SentenceToken({ id, what, value, empty, hint, below, words, write }: SentenceTokenProps) {
  const builder = useBuilder();
  if (builder.inert && value === null) return null;
  return (
    <Token
      id={id}
      what={what}
      look={value === null ? 'add' : 'text'}
      words={value === null ? empty : (words?.(value) ?? value)}
      editorClassName="w-[min(440px,90vw)]"
    >
      {(close) => (
        <SentenceEditor
          label={what}
          hint={hint}
          start={value ?? ''}
          below={below}
          onTake={(text) => {
            close();
            if (text !== (value ?? '')) builder.edit(write(text.trim() === '' ? null : text));
          }}
        />
      )}
    </Token>
  );
}

function SentenceEditor({
  label,
  hint,
  start,
  below,
  onTake,
}: {
  label: string;
  hint?: string;
  start: string;
  below?: (text: string) => ReactNode;
  onTake: (text: string) => void;
}) {
  const [text, setText] = useState(start);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onTake(text);
      }}
    >
      <Field label={label} hint={hint}>
        <Textarea
          autoFocus
          rows={3}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            onTake(text);
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
