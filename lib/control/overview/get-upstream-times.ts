import { PASSED_DECISIONS } from '@/lib/domain/audit-event';
import { BAR_MS, barBounds } from '@/lib/domain/time-bars';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import { countBars } from '../call-counts/count-bars';
import { countedCalls } from '../call-counts/counted-calls';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { percentileOf } from '../stats/latency-percentiles';
import type { getUpstreamTimes as contract } from './contract';
import { barFor, overviewRange } from './range';
import { stateOf, usualMs } from './upstream-state';

type Answer = AnswerOf<typeof contract>;

const BARS = 60;
const SERVERS_MAX = 50;
const PASSED = `(${PASSED_DECISIONS.map((decision) => `'${decision}'`).join(', ')})`;

interface Counted {
  readonly server: string;
  readonly at: Date;
  readonly sent: number;
  readonly failed: number;
  readonly tool_errors: number;
  readonly refused: number;
}

interface Classed {
  /** null: the gateway's own time, over all servers. */
  readonly server: string | null;
  readonly at: Date;
  readonly class: number;
  readonly calls: number;
}

/** Counts say what failed, kept times say what was slow; neither looks at single calls. */
export async function getUpstreamTimes(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const range = overviewRange(ctx, query);
  const bucket = barFor(range, BARS, 'hour');
  const [fromMs, toMs] = [range.from.getTime(), range.to.getTime()];
  const bounds = barBounds(fromMs, toMs, bucket, query.zone);
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const ctes = countedCalls({ fromMs, toMs, parameter, bars: countBars(fromMs, toMs, bucket, query.zone) });
  const who = [
    query.server ? anyOfColumns('c', ['server_slug', 'server_id'], query.server, parameter) : 'TRUE',
    query.agent ? anyOfColumns('c', ['agent_slug', 'agent_id'], query.agent, parameter) : 'TRUE',
  ].join(' AND ');
  const sum = (where: string): string => `coalesce(sum(c.calls) FILTER (WHERE ${where}), 0)::int`;
  const counted = await readTrail<Counted>(
    ctx,
    `WITH ${ctes} SELECT c.server_slug AS server, c.slot AS at, ${sum(`c.decision IN ${PASSED}`)} AS sent,
        ${sum(`c.decision IN ${PASSED} AND c.outcome IN ('upstream_error', 'unknown', 'not_sent')`)} AS failed,
        ${sum(`c.decision IN ${PASSED} AND c.outcome = 'tool_error'`)} AS tool_errors,
        ${sum(`c.decision NOT IN ${PASSED}`)} AS refused
       FROM calls c WHERE c.method = 'tools/call' AND c.server_slug IS NOT NULL AND ${who} GROUP BY 1, 2`,
    values,
  );
  // Times are kept by server, not by agent: of one agent's calls they would tell of all the others too.
  const classed = query.agent ? [] : await latencies(ctx, fromMs, toMs, bounds, query.server);
  const names = [...new Set(counted.map(({ server }) => server))].sort();
  const shown = names.length > SERVERS_MAX ? busiest(counted, names) : names;
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    bucket,
    zone: query.zone,
    servers: shown.map((server) =>
      timesOf(
        server,
        bounds,
        counted.filter((row) => row.server === server),
        classed.filter((row) => row.server === server),
      ),
    ),
    gateway: bounds.slice(0, -1).flatMap((at) => {
      const own = classed.filter((row) => row.server === null && row.at.getTime() === at);
      const p95Ms = percentileOf(own, 0.95);
      return p95Ms === null ? [] : [{ at: new Date(at).toISOString(), p95Ms, calls: own.reduce((all, { calls }) => all + calls, 0) }];
    }),
  };
}

function timesOf(
  server: string,
  bounds: readonly number[],
  counted: readonly Counted[],
  classed: readonly Classed[],
): Answer['servers'][number] {
  const all = (name: 'sent' | 'failed' | 'tool_errors' | 'refused') => counted.reduce((sum, row) => sum + row[name], 0);
  const bars = bounds.slice(0, -1).map((at) => {
    const row = counted.find((one) => one.at.getTime() === at);
    const times = classed.filter((one) => one.at.getTime() === at);
    return {
      at: new Date(at).toISOString(),
      sent: row?.sent ?? 0,
      failed: row?.failed ?? 0,
      refused: row?.refused ?? 0,
      p95Ms: percentileOf(times, 0.95),
    };
  });
  const usual = usualMs(bars);
  return {
    server,
    sent: all('sent'),
    failed: all('failed'),
    toolErrors: all('tool_errors'),
    refused: all('refused'),
    p95Ms: percentileOf(byClass(classed), 0.95),
    series: bars.map((bar) => ({ ...bar, state: stateOf(bar, usual) })),
  };
}

const byClass = (rows: readonly Classed[]): Classed[] => [...rows].sort((a, b) => a.class - b.class);

function busiest(counted: readonly Counted[], names: readonly string[]): string[] {
  const sent = new Map(names.map((name) => [name, 0]));
  for (const row of counted) sent.set(row.server, (sent.get(row.server) ?? 0) + row.sent);
  return [...names].sort((a, b) => (sent.get(b) ?? 0) - (sent.get(a) ?? 0)).slice(0, SERVERS_MAX);
}

async function latencies(
  ctx: ControlContext,
  fromMs: number,
  toMs: number,
  bounds: readonly number[],
  servers: readonly string[] | undefined,
): Promise<Classed[]> {
  const values: unknown[] = [
    new Date(Math.floor(fromMs / BAR_MS.hour) * BAR_MS.hour),
    new Date(toMs),
    bounds.map((bound) => new Date(bound)),
  ];
  const only = servers
    ? `${values.push(servers) && `s.slug = ANY($${values.length}::text[]) OR s.id = ANY($${values.length}::text[])`}`
    : 'TRUE';
  return readTrail<Classed>(
    ctx,
    `SELECT CASE WHEN l.side = 'upstream' THEN s.slug END AS server, ($3::timestamptz[])[greatest(width_bucket(l.bucket, $3::timestamptz[]), 1)] AS at,
        l.class, sum(l.calls)::int AS calls
       FROM call_latencies l JOIN servers s ON s.id = l.server_id
      WHERE l.bucket >= $1::timestamptz AND l.bucket < $2::timestamptz AND (${only}) GROUP BY 1, 2, 3 HAVING sum(l.calls) > 0 ORDER BY 3`,
    values,
  );
}
