'use client';

import { cn } from '@/components/ui/cn';
import { CopyButton } from './copy-button';

/** `evt_01jd9x…k2m7`: prefix and both ends stay, so that two ids can be told apart. */
export function truncateMiddle(text: string, max = 16): string {
  if (text.length <= max) return text;
  const tail = 4;
  return `${text.slice(0, max - tail - 1)}…${text.slice(-tail)}`;
}

export function Id({ value, max = 16, className }: { value: string; max?: number; className?: string }) {
  return (
    <span className={cn('group/id inline-flex min-w-0 items-center gap-0.5', className)}>
      <code title={value} className="truncate font-mono text-meta text-ink-2 slashed-zero">
        {truncateMiddle(value, max)}
      </code>
      <CopyButton
        text={value}
        label="Copy id"
        className="opacity-0 transition-opacity group-focus-within/id:opacity-100 group-hover/id:opacity-100 [@media(hover:none)]:opacity-100"
      />
    </span>
  );
}
