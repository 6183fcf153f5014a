'use client';

import { CircleDashed } from 'lucide-react';
import type { Coverage } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';

/** Says what an answer is about when that is not the whole filter; nothing otherwise. */
export function CoverageNote({ coverage, what }: { coverage: Coverage; what: string }) {
  if (coverage.complete) return null;
  return (
    <p className="flex flex-wrap items-center gap-1.5 pb-1 text-meta text-limited">
      <CircleDashed aria-hidden className="size-3.5" />
      {coverage.uncounted > 0 ? (
        <>
          {what} are being made: {formatCount(coverage.uncounted)} records of the trail are not counted yet.
        </>
      ) : (
        <>
          {what} are of calls since <Time at={coverage.scannedBack} />: calls are not counted by words, sessions, clients and times, so the
          newest ones were read.
        </>
      )}
    </p>
  );
}
