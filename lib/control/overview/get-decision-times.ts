import { barBounds } from '@/lib/domain/time-bars';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getDecisionTimes as contract } from './contract';
import { barFor, overviewRange } from './range';

type Answer = AnswerOf<typeof contract>;

const BARS = 30;

/** One word for what became of a request, by the database's rows at `now`; expired is what time has ended, whether or not it is written yet. */
const OUTCOME = (now: string): string => `CASE
  WHEN a.status = 'pending' AND a.expires_at > ${now} THEN 'waiting'
  WHEN a.status IN ('expired', 'approved') AND a.usable_until IS NOT NULL AND a.usable_until <= ${now} THEN 'gaveUp'
  WHEN a.status IN ('consumed', 'approved') THEN 'approved'
  WHEN a.status = 'denied' THEN 'denied'
  WHEN a.status IN ('expired', 'pending') THEN 'expired'
  ELSE 'other' END`;

interface Row {
  readonly slot: number | null;
  readonly outcome: string | null;
  readonly asked: number;
  readonly decided: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly oldest: Date | null;
}

/** How requests for approval of a time ended, and the seconds people took for those they decided in it. */
export async function getDecisionTimes(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const range = overviewRange(ctx, query);
  const bucket = barFor(range, BARS);
  const bounds = barBounds(range.from.getTime(), range.to.getTime(), bucket, query.zone);
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const [from, to, now] = [range.from, range.to, ctx.now].map((time) => `${parameter(time)}::timestamptz`) as [string, string, string];
  const slots = `${parameter(bounds.map((bound) => new Date(bound)))}::timestamptz[]`;
  const who = [
    query.server ? anyOfColumns('a', ['server_slug', 'server_id'], query.server, parameter) : 'TRUE',
    query.agent ? anyOfColumns('a', ['agent_slug', 'agent_id'], query.agent, parameter) : 'TRUE',
  ].join(' AND ');
  const seconds = (share: string): string =>
    `percentile_cont(${share}) WITHIN GROUP (ORDER BY extract(epoch FROM d.decided_at - d.created_at)::float8)`;
  const rows = await readTrail<Row>(
    ctx,
    `WITH asked AS (SELECT a.created_at, ${OUTCOME(now)} AS outcome FROM approvals a WHERE a.created_at >= ${from} AND a.created_at < ${to} AND ${who}),
          decided AS (SELECT a.created_at, a.decided_at FROM approvals a
            WHERE a.decided_at >= ${from} AND a.decided_at < ${to} AND a.decided_by IS NOT NULL AND ${who})
     SELECT NULL::int AS slot, q.outcome, count(*)::int AS asked, 0 AS decided, NULL::float8 AS p50, NULL::float8 AS p95, NULL::timestamptz AS oldest FROM asked q GROUP BY 2
     UNION ALL SELECT NULL, NULL, 0, count(*)::int, ${seconds('0.5')}, ${seconds('0.95')}, NULL FROM decided d
     UNION ALL SELECT width_bucket(q.created_at, ${slots}), NULL, count(*)::int, 0, NULL, NULL, NULL FROM asked q GROUP BY 1
     UNION ALL SELECT width_bucket(d.decided_at, ${slots}), NULL, 0, count(*)::int, ${seconds('0.5')}, NULL, NULL FROM decided d GROUP BY 1
     UNION ALL SELECT NULL, 'pending', count(*)::int, 0, NULL, NULL, min(a.created_at) FROM approvals a WHERE a.status = 'pending' AND a.expires_at > ${now} AND ${who}`,
    values,
  );
  const outcome = (name: string): number => rows.find((row) => row.outcome === name)?.asked ?? 0;
  const all = rows.find((row) => row.slot === null && row.outcome === null);
  const outcomes = {
    waiting: outcome('waiting'),
    approved: outcome('approved'),
    denied: outcome('denied'),
    expired: outcome('expired'),
    gaveUp: outcome('gaveUp'),
    other: outcome('other'),
  };
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    pending: outcome('pending'),
    oldestAt: rows.find((row) => row.outcome === 'pending')?.oldest?.toISOString() ?? null,
    asked: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    outcomes,
    decided: all?.decided ?? 0,
    p50Seconds: all?.p50 ?? null,
    p95Seconds: all?.p95 ?? null,
    bucket,
    series: bounds.slice(0, -1).map((at, index) => {
      const own = rows.filter(({ slot }) => slot === index + 1);
      return {
        at: new Date(at).toISOString(),
        asked: own.reduce((sum, row) => sum + row.asked, 0),
        decided: own.reduce((sum, row) => sum + row.decided, 0),
        p50Seconds: own.find(({ p50 }) => p50 !== null)?.p50 ?? null,
      };
    }),
  };
}
