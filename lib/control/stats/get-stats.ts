import { COUNTED_FILTER_NAMES, COUNTED_FILTERS } from '@/lib/domain/counted-filters';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import { callsSource } from '../audit-counts/calls-source';
import { BUCKET_MS, chooseBucket, sumUp } from '../audit-counts/get-audit-histogram';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getStats as contract } from './contract';
import { latencyPercentiles } from './latency-percentiles';

const DEFAULT_RANGE_MS = 86_400_000;
const TOP = 10;
const PASSED = `('allowed', 'observed_denied', 'observed_hidden', 'observed_limited', 'observed_needs_approval')`;

type Answer = AnswerOf<typeof contract>;

interface Counted {
  readonly kind: 'series' | 'outcome' | 'agent' | 'tool' | 'reason';
  readonly at: Date | null;
  readonly name: string;
  readonly server: string | null;
  readonly calls: string;
  readonly refused: string;
}

/** Numbers of tool calls in a time range (the last 24 hours unless told), with the filters of the audit list; all of one snapshot. */
export async function getStats(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const to = query.to ? new Date(query.to) : ctx.now;
  const from = query.from ? new Date(query.from) : new Date(to.getTime() - DEFAULT_RANGE_MS);
  const bucket = chooseBucket(query.bucket, from.getTime(), to.getTime());
  const filters = { ...query, method: query.method ?? ['tools/call'] };
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const range = { fromMs: from.getTime(), toMs: query.to ? to.getTime() : null, binMs: BUCKET_MS[bucket] };
  const source = await callsSource(ctx, filters, range, parameter);
  const passing = COUNTED_FILTER_NAMES.filter((name) => filters[name]).map((name) =>
    anyOfColumns('c', COUNTED_FILTERS[name], filters[name] as readonly string[], parameter),
  );
  const counts = `sum(c.calls) AS calls, coalesce(sum(c.calls) FILTER (WHERE c.decision NOT IN ${PASSED}), 0) AS refused`;
  const top = (kind: Counted['kind'], name: string, server: string, where = 'TRUE'): string =>
    `(SELECT '${kind}' AS kind, NULL::timestamptz AS at, ${name} AS name, ${server} AS server, ${counts} FROM chosen c WHERE ${where}
       GROUP BY 3, 4 HAVING sum(c.calls) > 0 ORDER BY 5 DESC, 3 LIMIT ${TOP})`;
  const rows = await readTrail<Counted>(
    ctx,
    `WITH ${source.ctes}, chosen AS MATERIALIZED (SELECT * FROM calls c WHERE ${passing.join(' AND ') || 'TRUE'})
     (SELECT 'series' AS kind, c.slot AS at, c.decision AS name, NULL AS server, ${counts} FROM chosen c
       GROUP BY 2, 3 HAVING sum(c.calls) <> 0 ORDER BY 2)
     UNION ALL (SELECT 'outcome', NULL, c.outcome, NULL, ${counts} FROM chosen c GROUP BY 3 HAVING sum(c.calls) <> 0)
     UNION ALL ${top('agent', `coalesce(c.agent_slug, '(unknown)')`, 'NULL::text')}
     UNION ALL ${top('tool', `coalesce(c.inner_tool, c.tool, '(none)')`, 'c.server_slug')}
     UNION ALL ${top('reason', 'c.reason', 'NULL::text', `c.decision NOT IN ${PASSED}`)}`,
    values,
  );
  const of = (kind: Counted['kind']): readonly Counted[] => rows.filter((row) => row.kind === kind);
  const sums = sumUp(of('series').map(({ at, name, calls }) => ({ at: at ?? from, decision: name, calls })));
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    bucket,
    ...sums,
    byOutcome: Object.fromEntries(of('outcome').map(({ name, calls }) => [name, Number(calls)])),
    topAgents: of('agent').map(({ name, calls, refused }) => ({ name, calls: Number(calls), refused: Number(refused) })),
    topTools: of('tool').map(({ name, server, calls, refused }) => ({ name, server, calls: Number(calls), refused: Number(refused) })),
    topReasons: of('reason').map(({ name, calls }) => ({ reason: name, calls: Number(calls) })),
    ...(await latencyPercentiles(ctx, filters, from, to, sums.total)),
  };
}
