'use client';

import { Check } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { cn } from '@/components/ui/cn';
import { Input } from '@/components/ui/input';
import type { Json } from '@/lib/kernel/json';

interface ChoiceListProps {
  choices: readonly Json[];
  value: Json | undefined;
  words: (choice: Json) => string;
  onTake: (value: Json) => void;
}

const same = (a: Json | undefined, b: Json) => JSON.stringify(a) === JSON.stringify(b);

/** One of the values that the schema lists; a value outside of them stays, marked. */
export function ChoiceList({ choices, value, words, onTake }: ChoiceListProps) {
  const outside = value !== undefined && !choices.some((choice) => same(value, choice));
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + (event.key === 'ArrowDown' ? 1 : -1) + buttons.length) % buttons.length]?.focus();
  };
  return (
    <div role="listbox" aria-label="Values" tabIndex={-1} className="-m-1.5 flex max-h-72 flex-col overflow-y-auto" onKeyDown={move}>
      {outside ? <p className="px-2 py-1 text-meta text-limited">{words(value)} is not among the values that the tool lists.</p> : null}
      {choices.map((choice) => (
        <button
          key={JSON.stringify(choice)}
          type="button"
          role="option"
          aria-selected={same(value, choice)}
          onClick={() => onTake(choice)}
          className={cn('flex min-h-7 items-center gap-2 rounded-[5px] px-2 text-left font-mono hover:bg-hover focus:bg-selected')}
        >
          <Check aria-hidden className={cn('size-3.5 text-accent', !same(value, choice) && 'invisible')} />
          {words(choice)}
        </button>
      ))}
    </div>
  );
}

interface ChoicesListProps {
  choices: readonly Json[];
  value: readonly Json[];
  words: (choice: Json) => string;
  onTake: (values: readonly Json[]) => void;
}

/** Several of the values that the schema lists, in a check list; others that are written already can be kept or dropped. */
export function ChoicesList({ choices, value, words, onTake }: ChoicesListProps) {
  const [chosen, setChosen] = useState<readonly Json[]>(value);
  const [other, setOther] = useState('');
  const outside = chosen.filter((one) => !choices.some((choice) => same(one, choice)));
  const has = (choice: Json) => chosen.some((one) => same(one, choice));
  const toggle = (choice: Json) => setChosen(has(choice) ? chosen.filter((one) => !same(one, choice)) : [...chosen, choice]);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (other.trim() === '') onTake(chosen);
        else {
          if (!has(other.trim())) setChosen([...chosen, other.trim()]);
          setOther('');
        }
      }}
    >
      <div className="flex max-h-64 flex-col gap-1 overflow-y-auto">
        {[...choices, ...outside].map((choice) => (
          <Checkbox
            key={JSON.stringify(choice)}
            checked={has(choice)}
            onChange={() => toggle(choice)}
            label={<span className="font-mono">{words(choice)}</span>}
            hint={choices.some((one) => same(one, choice)) ? undefined : 'not among the values that the tool lists'}
          />
        ))}
      </div>
      <Input
        aria-label="Another value"
        placeholder="Another value"
        className="font-mono"
        value={other}
        onChange={(event) => setOther(event.target.value)}
      />
      <Button type="submit" size="sm" variant="primary" className="self-end">
        {other.trim() === '' ? 'Apply' : 'Add'}
      </Button>
    </form>
  );
}
