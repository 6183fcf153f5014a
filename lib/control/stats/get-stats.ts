import { auditFilter, latestOutcomesBetween } from '../audit/audit-filter';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf, QueryOf } from '../define-contract';
import { type getStats as contract, STATS_BUCKETS } from './contract';

const BUCKET_SECONDS: Record<(typeof STATS_BUCKETS)[number], number> = {
  minute: 60,
  '5m': 300,
  '15m': 900,
  hour: 3_600,
  '6h': 21_600,
  day: 86_400,
};
const DEFAULT_RANGE_MS = 86_400_000;
const BUCKETS_WANTED = 100;
const BUCKETS_MAX = 2_000;
const TOP = 10;
const PASSED = `('allowed', 'observed_denied', 'observed_hidden', 'observed_limited', 'observed_needs_approval')`;

type Answer = AnswerOf<typeof contract>;

/** Numbers of tool calls in a time range (the last 24 hours unless told), with the filters of the audit list. */
export async function getStats(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const to = query.to ? new Date(query.to) : ctx.now;
  const from = query.from ? new Date(query.from) : new Date(to.getTime() - DEFAULT_RANGE_MS);
  const bucket = chooseBucket(query, from, to);
  const filter = auditFilter({ ...query, from: from.toISOString(), to: to.toISOString(), method: query.method ?? ['tools/call'] }, ctx.now);
  // The filter's first two parameters are the range.
  const outcomes = latestOutcomesBetween('$1', '$2');
  // One snapshot for all numbers of an answer: the total is the sum of its parts even while calls come in.
  return ctx.prisma.$transaction(
    async (tx) => {
      // A day of busy agents is some 100,000 rows: hashed and sorted in memory instead of through files.
      await tx.$executeRaw`SET LOCAL work_mem = '64MB'`;
      // The outcome of each call is joined only where it is asked for: it is a second pass over as many rows.
      const select = <Row>(columns: string, rest = '', needsOutcome = query.outcome !== undefined) =>
        tx.$queryRawUnsafe<Row[]>(
          `SELECT ${columns} FROM audit_events e ${needsOutcome ? outcomes : ''} WHERE ${filter.where} ${rest}`,
          ...filter.values,
        );
      const seconds = BUCKET_SECONDS[bucket];
      const series = await select<{ at: Date; decision: string; calls: bigint }>(
        `date_bin('${seconds} seconds', e.at, 'epoch') AS at, e.decision, count(*) AS calls`,
        'GROUP BY 1, 2 ORDER BY 1',
      );
      const settled = await select<{ name: string; calls: bigint }>(
        `coalesce(o.outcome, 'none') AS name, count(*) AS calls`,
        'GROUP BY 1',
        true,
      );
      const agents = await select<TopRecord>(
        `coalesce(e.agent_slug, '(unknown)') AS name, NULL AS server, ${COUNTS}`,
        `GROUP BY 1 ORDER BY calls DESC, 1 LIMIT ${TOP}`,
      );
      const tools = await select<TopRecord>(
        `coalesce(e.inner_tool, e.tool, '(none)') AS name, e.server_slug AS server, ${COUNTS}`,
        `GROUP BY 1, 2 ORDER BY calls DESC, 1 LIMIT ${TOP}`,
      );
      const reasons = await select<{ name: string; calls: bigint }>(
        'e.reason AS name, count(*) AS calls',
        `AND e.decision NOT IN ${PASSED} GROUP BY 1 ORDER BY calls DESC, 1 LIMIT ${TOP}`,
      );
      const [latency] = await select<{ gateway: (number | null)[] | null; upstream: (number | null)[] | null }>(
        `${percentiles('gateway')}, ${percentiles('upstream')}`,
        'AND o.outcome IS NOT NULL',
        true,
      );
      return {
        from: from.toISOString(),
        to: to.toISOString(),
        bucket,
        ...sumUp(series),
        byOutcome: Object.fromEntries(settled.map((row) => [row.name, Number(row.calls)])),
        topAgents: agents.map(({ name, calls, refused }) => ({ name, calls: Number(calls), refused: Number(refused) })),
        topTools: tools.map(({ name, server, calls, refused }) => ({ name, server, calls: Number(calls), refused: Number(refused) })),
        topReasons: reasons.map(({ name, calls }) => ({ reason: name, calls: Number(calls) })),
        gatewayMs: percentileAnswer(latency?.gateway),
        upstreamMs: percentileAnswer(latency?.upstream),
      };
    },
    { isolationLevel: 'RepeatableRead', maxWait: 5_000, timeout: 30_000 },
  );
}

interface TopRecord {
  readonly name: string;
  readonly server: string | null;
  readonly calls: bigint;
  readonly refused: bigint;
}
const COUNTS = `count(*) AS calls, count(*) FILTER (WHERE e.decision NOT IN ${PASSED}) AS refused`;
const percentiles = (side: 'gateway' | 'upstream'): string =>
  `percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY o.${side}_ms) AS ${side}`;

function percentileAnswer(values: readonly (number | null)[] | null | undefined): Answer['gatewayMs'] {
  return { p50: values?.[0] ?? null, p95: values?.[1] ?? null, p99: values?.[2] ?? null };
}

function sumUp(rows: readonly { at: Date; decision: string; calls: bigint }[]): Pick<Answer, 'total' | 'byDecision' | 'series'> {
  const byDecision: Record<string, number> = {};
  const series: Answer['series'] = [];
  let total = 0;
  for (const row of rows) {
    const calls = Number(row.calls);
    const at = row.at.toISOString();
    let last = series.at(-1);
    if (last?.at !== at) {
      last = { at, decisions: {} };
      series.push(last);
    }
    last.decisions[row.decision] = calls;
    byDecision[row.decision] = (byDecision[row.decision] ?? 0) + calls;
    total += calls;
  }
  return { total, byDecision, series };
}

function chooseBucket(query: QueryOf<typeof contract>, from: Date, to: Date): (typeof STATS_BUCKETS)[number] {
  const rangeSeconds = (to.getTime() - from.getTime()) / 1000;
  if (!(rangeSeconds > 0))
    throw new ControlError(422, 'stats.range', '`from` must be before `to`.', [{ path: 'from', message: 'not before to' }]);
  const bucket = query.bucket ?? STATS_BUCKETS.find((name) => rangeSeconds / BUCKET_SECONDS[name] <= BUCKETS_WANTED) ?? 'day';
  if (rangeSeconds / BUCKET_SECONDS[bucket] > BUCKETS_MAX) {
    throw new ControlError(422, 'stats.bucket', `That is more than ${BUCKETS_MAX} buckets. Choose a larger \`bucket\` or a shorter time.`, [
      { path: 'bucket', message: 'too small for the range' },
    ]);
  }
  return bucket;
}
