'use client';

import { cn } from '@/components/ui/cn';
import { Tooltip } from '@/components/ui/tooltip';
import { useLive } from './live-provider';

const WORDS = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' } as const;

/** The state of the stream: word and dot. It does not pulse. */
export function LiveDot({ className }: { className?: string }) {
  const { state } = useLive();
  return (
    <Tooltip text={state === 'live' ? 'This page updates by itself' : 'Updates come again when the server can be reached'} side="bottom">
      <span
        role="status"
        tabIndex={0}
        className={cn('inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 text-meta text-ink-2', className)}
      >
        <span aria-hidden className={cn('size-2 rounded-full', state === 'live' ? 'bg-accent' : 'border border-limited bg-transparent')} />
        {WORDS[state]}
      </span>
    </Tooltip>
  );
}
