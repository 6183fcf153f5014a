'use client';

import { Check } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Input } from '@/components/ui/input';

interface WordPickerProps {
  label: string;
  value: string | null;
  words: readonly string[];
  shown?: (word: string) => string;
  /** Words for leaving it out. */
  empty?: string;
  /** What else may be typed, and why a text may not; no typing without. */
  typed?: { readonly placeholder: string; readonly check: (text: string) => string | null };
  onTake: (word: string | null) => void;
}

const SHOWN_MAX = 60;
/** `new york` finds `America/New_York`. */
const searchable = (text: string): string => text.toLowerCase().replaceAll('_', ' ');

/** One of a set of words, or another one where the language takes more than the set. */
export function WordPicker({ label, value, words, shown = String, empty, typed, onTake }: WordPickerProps) {
  const [text, setText] = useState('');
  const searches = words.length > 12;
  const found = searches ? words.filter((word) => searchable(word).includes(searchable(text.trim()))) : words;
  const mistake = typed !== undefined && text.trim() !== '' ? typed.check(text.trim()) : null;
  const row = (word: string | null, content: string) => (
    <button
      key={content}
      type="button"
      role="option"
      aria-selected={word === value}
      onClick={() => onTake(word)}
      className="flex min-h-7 w-full items-center gap-2 rounded-[5px] px-2 text-left hover:bg-hover focus:bg-selected"
    >
      <Check aria-hidden className={cn('size-3.5 shrink-0 text-accent', word !== value && 'invisible')} />
      {content}
    </button>
  );
  return (
    <form
      className="flex flex-col gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (typed !== undefined && text.trim() !== '' && mistake === null) onTake(text.trim());
        else if (searches && found[0] !== undefined) onTake(found[0]);
      }}
    >
      {searches ? (
        <Input
          autoFocus
          aria-label={`Search ${label.toLowerCase()}`}
          placeholder="Search"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      ) : null}
      <div
        role="listbox"
        aria-label={label}
        tabIndex={-1}
        className="flex max-h-64 flex-col overflow-y-auto"
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')];
          const at = rows.indexOf(document.activeElement as HTMLElement);
          rows[(at + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % rows.length]?.focus();
        }}
      >
        {empty === undefined ? null : row(null, empty)}
        {found.slice(0, SHOWN_MAX).map((word) => row(word, shown(word)))}
      </div>
      {typed ? (
        <div className="flex items-start gap-2 border-line-soft border-t pt-2">
          <span className="min-w-0 flex-1">
            <Input
              aria-label={`Another ${label.toLowerCase()}`}
              aria-invalid={mistake === null ? undefined : true}
              placeholder={typed.placeholder}
              className="font-mono"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            {mistake === null ? null : <span className="mt-1 block text-meta text-denied">{mistake}</span>}
          </span>
          <Button type="submit" size="md" disabledReason={text.trim() === '' ? 'Type a value' : mistake}>
            Apply
          </Button>
        </div>
      ) : null}
    </form>
  );
}
