'use client';

import { Hourglass } from 'lucide-react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { useLive } from '@/components/shared/live/live-provider';
import { cn } from '@/components/ui/cn';
import { clockWords, useTimeLeft } from './time-left';

/** Seconds at which a screen reader is told how much time is left; each second would drown everything else. */
const SPOKEN_SECONDS = [10, 30, 60];

/** How long people have, and the truth about whether the agent still waits. */
export function TimeLine({ approval }: { approval: ApprovalDetail }) {
  const left = useTimeLeft(approval.expiresAt, approval.now) ?? 0;
  const held = useTimeLeft(approval.waiting.until, approval.now);
  const { state } = useLive();
  if (approval.status !== 'pending') return null;
  const spoken = SPOKEN_SECONDS.find((seconds) => left <= seconds * 1000);
  return (
    <span className="flex flex-wrap items-center gap-x-3 text-base">
      <span className={cn('num inline-flex items-center gap-1.5', left < 60_000 ? 'font-medium text-denied' : 'text-ink')}>
        <Hourglass aria-hidden className="size-3.5" />
        {clockWords(left)} left, then denied
        {state === 'reconnecting' ? <span className="text-limited">may be out of date</span> : null}
      </span>
      <span role="status" className="sr-only">
        {spoken === undefined ? '' : `${spoken} seconds left`}
      </span>
      <span className="num text-ink-2">
        {held !== null && held > 0
          ? `agent waiting, ${clockWords(held)} more`
          : 'the agent no longer waits; approving lets an identical retry through'}
      </span>
    </span>
  );
}
