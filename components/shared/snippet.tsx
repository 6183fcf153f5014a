'use client';

import type { ReactNode } from 'react';
import { cn } from '@/components/ui/cn';
import { CopyButton } from './copy-button';

/** Text to run or to paste. Copies exactly what is shown. */
export function Snippet({ text, where, label, className }: { text: string; where?: ReactNode; label: string; className?: string }) {
  return (
    <figure className={cn('overflow-hidden rounded-control border border-line', className)}>
      <figcaption className="flex min-h-8 items-center gap-2 border-line-soft border-b bg-sunken px-3 text-meta text-ink-2">
        <span className="min-w-0 flex-1 truncate">{where ?? label}</span>
        <CopyButton text={text} label={`Copy ${label}`} />
      </figcaption>
      <pre
        role="group"
        tabIndex={0}
        aria-label={label}
        className="whitespace-pre-wrap break-words bg-surface p-3 font-mono text-meta leading-5 text-ink"
      >
        {text}
      </pre>
    </figure>
  );
}
