'use client';

import { absoluteTime } from '@/components/shared/format';
import { useNow } from '@/components/shared/time-text';
import { isTimeZone, offsetWords } from '@/lib/kernel/zoned-time';

/** What the clock of a zone shows now. */
export function ZoneNow({ zone }: { zone: string }) {
  const now = useNow();
  if (now === 0) return <>…</>;
  if (!isTimeZone(zone)) return <>This browser does not know the zone and shows UTC instead.</>;
  return (
    <span className="num" data-zone-now>
      {absoluteTime(now, zone, 'minutes')} <span className="text-ink-3">{offsetWords(now, zone)}</span>
    </span>
  );
}
