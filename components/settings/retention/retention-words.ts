import type { LegalHold, RetentionMonth } from '@/components/shared/api/wire';
import { formatBytes, plural, zonedTime } from '@/components/shared/format';

const DAY_MS = 86_400_000;

/** "May 2026" of `2026-05`; months are those of UTC, whatever clock the page shows. */
export const monthWords = (month: string): string => zonedTime(Date.parse(`${month}-01T00:00:00Z`), 'UTC', 'month');

/** "1 Sept 2026", in UTC. */
export const dayWords = (iso: string): string => zonedTime(Date.parse(iso), 'UTC', 'date');

/** "90 days", or "for ever". */
export const keepWords = (days: number | null): string => (days === null ? 'for ever' : plural(days, 'day'));

/** "May 2026 to August 2026: 12,345 calls, 40 MiB"; null for none. */
export function monthsWords(months: readonly RetentionMonth[]): string | null {
  const first = months[0];
  const last = months.at(-1);
  if (!first || !last) return null;
  const names =
    months.length === 1
      ? monthWords(first.month)
      : months.length === 2
        ? `${monthWords(first.month)} and ${monthWords(last.month)}`
        : `${months.length} months from ${monthWords(first.month)} to ${monthWords(last.month)}`;
  const sum = (of: (one: RetentionMonth) => number) => months.reduce((all, one) => all + of(one), 0);
  return `${names}: ${plural(
    sum((one) => one.calls),
    'call',
  )}, ${formatBytes(sum((one) => one.bytes))}`;
}

/** The days of a hold as people say them: the last one is part of it. */
export function holdTimeWords({ from, to }: Pick<LegalHold, 'from' | 'to'>): string {
  const last = to === null ? null : dayWords(new Date(Date.parse(to) - 1).toISOString());
  if (from === null) return last === null ? 'All time' : `Up to ${last}`;
  return last === null ? `From ${dayWords(from)} on` : `${dayWords(from)} to ${last}`;
}

/** Where the day of a `date` field begins, or where the day after it does; null for an empty one. */
export function dayStart(text: string, after = 0): string | null {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return text === '' || Number.isNaN(ms) ? null : new Date(ms + after * DAY_MS).toISOString();
}

/** Whether fewer days are kept than before. */
export const isShorter = (days: number | null, than: number | null): boolean => days !== null && (than === null || days < than);
