'use client';

import { CircleAlert, Search, X } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { formatCount } from '@/components/shared/format';
import { useShortcuts } from '@/components/shared/shortcuts';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { CALL_FILTERS, valueWords } from './call-filters';
import { parseTokens, type Token, typedNow } from './query-tokens';
import type { CallFilters } from './use-call-filters';
import { type Suggestion, useSuggestions } from './use-suggestions';

/** Filters as typed words, with completion from the values that are there; Enter applies, Backspace takes the last one back. */
export function QueryBar({ filters }: { filters: CallFilters }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const suggestions = useSuggestions(text, filters, open);
  const shown = open && suggestions.length > 0;
  useShortcuts({ '/': () => input.current?.focus(), f: () => input.current?.focus() });

  const apply = (whole: string) => {
    const read = parseTokens(whole, filters.values);
    if (!read.ok) return setProblem(read.message);
    filters.set({ ...read.patch, at: null });
    setText('');
    setProblem(null);
    setActive(-1);
  };
  const take = (suggestion: Suggestion) => {
    const { start } = typedNow(text);
    const next = text.slice(0, start) + suggestion.insert;
    setActive(-1);
    setProblem(null);
    if (suggestion.whole) apply(next);
    else setText(next);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = suggestions[active];
    if (event.key === 'ArrowDown' && shown) setActive((active + 1) % suggestions.length);
    else if (event.key === 'ArrowUp' && shown) setActive((active - 1 + suggestions.length) % suggestions.length);
    else if (event.key === 'Tab' && shown && chosen && !event.shiftKey) take(chosen);
    else if (event.key === 'Enter') {
      if (shown && chosen) take(chosen);
      else if (text.trim()) apply(text);
      else return;
    } else if (event.key === 'Escape') {
      if (shown) setOpen(false);
      else {
        setText('');
        setProblem(null);
        input.current?.blur();
      }
    } else if (event.key === 'Backspace' && text === '' && filters.tokens.length > 0) filters.clearLast();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="relative min-w-0 flex-1 basis-full md:basis-80">
      <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-control border border-control bg-surface py-0.5 pr-1 pl-2 focus-within:outline-2 focus-within:outline-accent">
        <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
        {filters.tokens.map((token) => (
          <TokenChip key={token.text} token={token} onRemove={() => filters.remove(token)} />
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label="Filter calls"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          aria-invalid={problem ? true : undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={filters.tokens.length > 0 ? 'Add a filter' : 'agent:support-bot decision:denied latency:>500, or words'}
          className="h-6 min-w-40 flex-1 bg-transparent text-base text-ink outline-none placeholder:text-ink-3"
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
            setActive(-1);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {filters.tokens.length > 0 ? (
          <Button size="sm" variant="ghost" className="h-6" onClick={filters.clear}>
            Clear
          </Button>
        ) : null}
      </div>
      {problem ? (
        <p id={`${id}-problem`} role="alert" className="mt-1 flex items-start gap-1.5 text-meta text-denied">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          {problem}
        </p>
      ) : null}
      {shown ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Suggestions"
          className="absolute top-full left-0 z-40 mt-1 max-h-80 w-[min(420px,100%)] overflow-y-auto rounded-panel border border-line bg-raised p-1 shadow-overlay"
        >
          {suggestions.map((suggestion, index) => (
            <div
              key={suggestion.insert}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              // Before the input loses its focus.
              onMouseDown={(event) => {
                event.preventDefault();
                take(suggestion);
              }}
              className={cn(
                'flex min-h-7 cursor-default items-center gap-2 rounded-[5px] px-2 text-base hover:bg-hover',
                index === active && 'bg-selected',
              )}
            >
              <code className="min-w-0 truncate font-mono text-meta">
                <InertText text={suggestion.insert.trim()} max={80} />
              </code>
              <span className="truncate text-meta text-ink-3">{suggestion.words}</span>
              {suggestion.calls === null ? null : <span className="num ml-auto text-meta text-ink-3">{formatCount(suggestion.calls)}</span>}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function TokenChip({ token, onRemove }: { token: Token; onRemove: () => void }) {
  const label = CALL_FILTERS.find(({ name }) => name === token.parameter)?.label ?? (token.parameter === 'q' ? 'Words' : 'Latency');
  const latency =
    token.parameter === 'slowerThan' ? `over ${token.value} ms` : token.parameter === 'fasterThan' ? `under ${token.value} ms` : null;
  return (
    <span className="inline-flex h-6 max-w-full items-center rounded-control bg-accent-soft pl-2 text-meta" data-token={token.text}>
      <span className="text-ink-2">{label}</span>
      <span className="ml-1.5 max-w-52 truncate font-medium text-ink">
        <InertText text={latency ?? valueWords(token.parameter, token.value)} max={60} />
      </span>
      <button
        type="button"
        aria-label={`Remove filter ${token.text}`}
        onClick={onRemove}
        className="flex size-6 items-center justify-center rounded-control text-ink-3 hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
