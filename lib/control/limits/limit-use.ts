import type { Reader } from '../context';

/** What the trail and the history say of a counter beside what its row holds. */
export interface LimitUse {
  readonly lastMinute: Counted;
  readonly lastFiveMinutes: Counted;
  /** By agent in the last five minutes, most first. */
  readonly agents: readonly { readonly agent: string; readonly amount: number }[];
  readonly peak7d: number;
  readonly refused24h: number;
}

interface Counted {
  readonly amount: number;
  /** Over how long it was counted: less than asked for when there were too many events to look at. */
  readonly spanMs: number;
}

interface CounterNames {
  readonly key: string;
  readonly policy_id: string;
  readonly counter: string;
  readonly scope: string;
  readonly scope_key: string;
  readonly window: string;
}

type Named<T> = Omit<CounterNames, 'key'> & T;

const EVENTS_LOOKED_AT = 5_000;
const REFUSALS_LOOKED_AT = 10_000;

/** For all counters of a page with three queries, whatever their number. */
export async function usesOf(db: Reader, rows: readonly CounterNames[]): Promise<(row: CounterNames) => LimitUse> {
  if (rows.length === 0) return () => NOTHING;
  const policies = [...new Set(rows.map((row) => row.policy_id))];
  const keys = rows.map((row) => row.key);
  const [pace, refused, peaks] = await Promise.all([
    db.$queryRawUnsafe<Named<{ agent: string; one: number; five: number; reach_ms: number }>[]>(PACE, policies),
    db.$queryRawUnsafe<Named<{ n: number }>[]>(REFUSED, policies),
    db.$queryRawUnsafe<{ key: string; peak: number }[]>(PEAKS, keys),
  ]);
  const paceOf = new Map<string, typeof pace>();
  for (const row of pace) {
    const name = nameOf(row);
    paceOf.set(name, [...(paceOf.get(name) ?? []), row]);
  }
  const refusedOf = new Map(refused.map((row) => [nameOf(row), row.n]));
  const peakOf = new Map(peaks.map((row) => [row.key, row.peak]));
  return (row) => {
    const name = nameOf(row);
    const counted = paceOf.get(name) ?? [];
    const total = (span: 'one' | 'five') => counted.reduce((sum, each) => sum + each[span], 0);
    const reachMs = Math.max(1_000, counted[0]?.reach_ms ?? Number.POSITIVE_INFINITY);
    return {
      lastMinute: { amount: total('one'), spanMs: Math.min(60_000, reachMs) },
      lastFiveMinutes: { amount: total('five'), spanMs: Math.min(300_000, reachMs) },
      agents: counted.map(({ agent, five }) => ({ agent, amount: five })).sort((a, b) => b.amount - a.amount),
      peak7d: peakOf.get(row.key) ?? 0,
      refused24h: refusedOf.get(name) ?? 0,
    };
  };
}

const NOTHING: LimitUse = {
  lastMinute: { amount: 0, spanMs: 60_000 },
  lastFiveMinutes: { amount: 0, spanMs: 300_000 },
  agents: [],
  peak7d: 0,
  refused24h: 0,
};

const nameOf = (row: Omit<CounterNames, 'key'>): string =>
  JSON.stringify([row.policy_id, row.counter, row.scope, row.scope_key, row.window]);

/** A charge `c` of an event `e` by the names that its counter has. */
export const CHARGE_NAMES = `e.policy_id, c ->> 'counter' AS counter, c ->> 'scope' AS scope, c ->> 'scopeKey' AS scope_key, c ->> 'window' AS "window"`;

const PACE = `
  WITH recent AS MATERIALIZED (
    SELECT at, policy_id, agent_slug, charges FROM audit_events WHERE at > clock_timestamp() - interval '5 minutes' ORDER BY at DESC, id DESC LIMIT ${EVENTS_LOOKED_AT}
  ), reach AS (
    SELECT CASE WHEN count(*) < ${EVENTS_LOOKED_AT} THEN 300000 ELSE extract(epoch FROM clock_timestamp() - min(at)) * 1000 END AS ms FROM recent
  )
  SELECT ${CHARGE_NAMES}, coalesce(e.agent_slug, '') AS agent, (SELECT ms FROM reach)::float8 AS reach_ms, sum((c ->> 'amount')::float8)::float8 AS five,
         coalesce(sum((c ->> 'amount')::float8) FILTER (WHERE e.at > clock_timestamp() - interval '1 minute'), 0)::float8 AS one
    FROM recent e CROSS JOIN LATERAL jsonb_array_elements(e.charges) c
   WHERE e.policy_id = ANY ($1::text[]) AND c ->> 'exhausted' IS NULL
   GROUP BY 1, 2, 3, 4, 5, 6`;

const REFUSED = `
  SELECT ${CHARGE_NAMES}, count(*)::int AS n
    FROM (SELECT policy_id, charges FROM audit_events
           WHERE decision = 'limited' AND at > clock_timestamp() - interval '24 hours' ORDER BY at DESC, id DESC LIMIT ${REFUSALS_LOOKED_AT}) e
   CROSS JOIN LATERAL jsonb_array_elements(e.charges) c
   WHERE e.policy_id = ANY ($1::text[]) GROUP BY 1, 2, 3, 4, 5`;

const PEAKS = `
  SELECT key, max(peak) AS peak FROM counter_windows WHERE key = ANY ($1::text[]) AND ends_at > clock_timestamp() - interval '7 days' GROUP BY key`;
