import type { LimitRow } from '@/components/shared/api/wire';
import { zonedTime } from '@/components/shared/format';
import { offsetWords } from '@/lib/kernel/zoned-time';
import { windowWords } from '@/lib/policy/explain/words';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0:14`, `59:02`, `3 h 12 min`, `4 d 6 h`: what is left, never less than nothing. */
export function leftWords(ms: number): string {
  const left = Math.max(0, ms);
  if (left < HOUR) return `${Math.floor(left / MINUTE)}:${String(Math.floor((left % MINUTE) / SECOND)).padStart(2, '0')}`;
  if (left < DAY) return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} min`;
  return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
}

/** `about 3 min`: a forecast is not worth seconds. */
function aboutWords(ms: number): string {
  if (ms < MINUTE) return 'less than 1 min';
  if (ms < HOUR) return `about ${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) return `about ${Math.round(ms / HOUR)} h`;
  return `about ${Math.round(ms / DAY)} d`;
}

/** `00:00 UTC (01:00 UTC+1)`; with the day where it is another one than today's. */
export function utcWords(at: string, nowMs: number, timeZone: string | undefined): string {
  const atMs = Date.parse(at);
  const look = Math.abs(atMs - nowMs) >= DAY ? 'dayClock' : 'clock';
  const utc = zonedTime(atMs, 'UTC', look);
  const shown = zonedTime(atMs, timeZone, look);
  return shown === utc ? `${utc} UTC` : `${utc} UTC (${shown} ${offsetWords(atMs, timeZone)})`;
}

/** What happens at the pace of the last minutes, in few words and in a sentence. */
export function forecastWords(row: LimitRow, nowMs: number): { short: string; long: string; soon: boolean } {
  const pace = row.forecast.paceMinutes === 1 ? 'the last minute' : `the last ${row.forecast.paceMinutes} minutes`;
  const before = row.align === 'sliding' ? 'calls slide out in time' : 'not before the reset';
  switch (row.forecast.kind) {
    case 'full':
      return { short: 'used up', long: 'Used up: further calls are refused until it resets.', soon: true };
    case 'idle':
      return { short: 'no calls lately', long: `Nothing was counted in ${pace}.`, soon: false };
    case 'holds':
      return { short: before, long: `At the pace of ${pace}: ${before}.`, soon: false };
    case 'full_at': {
      const about = aboutWords(Math.max(0, Date.parse(row.forecast.at ?? '') - nowMs));
      return { short: `full in ${about}`, long: `At the pace of ${pace} full in ${about}.`, soon: true };
    }
  }
}

/** `per hour` of the calendar, or `in any 15 minutes` where the window slides. */
export const spanWords = (row: Pick<LimitRow, 'window' | 'align'>): string =>
  `${row.align === 'sliding' ? 'in any' : 'per'} ${windowWords(row.window)}`;

const SCOPES: Record<string, string> = {
  grant: 'grant',
  agent: 'agent',
  owner: 'all agents of an owner',
  server: 'everybody on the server',
  policy: 'everybody under the policy',
  session: 'session',
};
export const scopeOf = (scope: string): string => SCOPES[scope] ?? `value of ${scope}`;

/** Who a counter counts for. */
export const nameOf = (row: Pick<LimitRow, 'scopeName' | 'scopeKey'>): string => row.scopeName ?? row.scopeKey;

/** Where the rule is written. */
export const ruleHref = (row: Pick<LimitRow, 'server' | 'policy' | 'rule'>): string | null =>
  row.server === null ? null : `/policies/${row.server}/${row.policy}?at=${encodeURIComponent(row.rule)}`;

/** Calls of the last day that this rule refused, in Activity. */
export function refusedHref(row: Pick<LimitRow, 'rule' | 'agent'>): string {
  const query = new URLSearchParams({ range: '24h', decision: 'limited', q: row.rule });
  if (row.agent) query.set('agent', row.agent.slug);
  return `/activity?${query}`;
}
