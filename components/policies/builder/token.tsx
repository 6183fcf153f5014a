'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cn } from '@/components/ui/cn';
import { Popover } from '@/components/ui/popover';
import { useBuilder } from './builder-context';

const LOOKS = {
  path: 'font-mono text-ink bg-sunken border-line',
  word: 'text-ink-2 border-transparent underline decoration-dotted decoration-control underline-offset-3',
  value: 'font-mono text-ink bg-sunken border-line',
  text: 'text-ink-2 border-transparent text-left',
  empty: 'text-accent border-dashed border-control',
  add: 'text-ink-3 border-transparent px-0 hover:px-1.5',
} as const;

/** The editor before gives its focus back first; opened earlier, this one would lose it at once and close. */
const AFTER_CLOSING_MS = 40;

interface TokenProps {
  /** Names the token for openers and tests: `<pointer>/path`. */
  id: string;
  /** What it is, for a screen reader, before its words: `Operator`. */
  what: string;
  words: ReactNode;
  look: keyof typeof LOOKS;
  flagged?: boolean;
  className?: string;
  editorClassName?: string;
  children: (close: () => void) => ReactNode;
}

/** One part of a sentence. Click or Enter opens its editor in place, Esc closes it, Tab goes to the next one. */
export function Token({ id, what, words, look, flagged, className, editorClassName, children }: TokenProps) {
  const builder = useBuilder();
  const [open, setOpen] = useState(false);
  const { opening, opened } = builder;
  useEffect(() => {
    if (opening !== id) return;
    const timer = setTimeout(() => {
      setOpen(true);
      opened();
    }, AFTER_CLOSING_MS);
    return () => clearTimeout(timer);
  }, [opening, opened, id]);
  const looks = cn(
    'inline-flex min-h-6 max-w-full items-center rounded-[5px] border px-1.5 text-base leading-5 [overflow-wrap:anywhere]',
    LOOKS[look],
    flagged && 'border-limited text-limited',
    className,
  );
  const { inert } = builder;
  const wasInert = useRef(inert);
  useEffect(() => {
    if (inert && !wasInert.current) setOpen(false);
    wasInert.current = inert;
  }, [inert]);
  if (inert)
    return (
      <span className={looks}>
        <span className="sr-only">{what}: </span>
        {words}
      </span>
    );
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={what}
      className={cn('w-auto min-w-64 max-w-[min(460px,92vw)]', editorClassName)}
      trigger={
        <button
          type="button"
          data-token={id}
          className={cn(looks, 'text-left transition-colors hover:border-control hover:bg-hover aria-expanded:border-accent')}
        >
          <span className="sr-only">{what}: </span>
          {words}
        </button>
      }
    >
      {children(() => setOpen(false))}
    </Popover>
  );
}
