import { PASSED_DECISIONS } from '@/lib/domain/audit-event';
import { COUNTED_FILTER_NAMES, COUNTED_FILTERS, NOT_RECORDED } from '@/lib/domain/counted-filters';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import { callsSource } from '../audit-counts/calls-source';
import { valuesOf } from '../audit-counts/get-audit-facets';
import { chooseBucket, sumUp } from '../audit-counts/get-audit-histogram';
import { countBars } from '../call-counts/count-bars';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getStats as contract } from './contract';
import { latencyPercentiles } from './latency-percentiles';

const DEFAULT_RANGE_MS = 86_400_000;
const TOP = 10;
const PASSED = `(${PASSED_DECISIONS.map((decision) => `'${decision}'`).join(', ')})`;

type Answer = AnswerOf<typeof contract>;

interface Counted {
  readonly kind: 'series' | 'outcome' | 'agent' | 'tool' | 'reason' | 'rule';
  readonly at: Date | null;
  readonly name: string;
  readonly server: string | null;
  readonly policy: string | null;
  readonly calls: string;
  readonly refused: string;
  /** Of a top list: how many values there are in all, and the sum of their calls. */
  readonly kinds: string | null;
  readonly in_all: string | null;
}

/** Numbers of tool calls in a time range (the last 24 hours unless told), with the filters of the audit list; all of one snapshot. */
export async function getStats(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const to = query.to ? new Date(query.to) : ctx.now;
  const from = query.from ? new Date(query.from) : new Date(to.getTime() - DEFAULT_RANGE_MS);
  const bucket = chooseBucket(query.bucket, from.getTime(), to.getTime());
  const filters = { ...query, method: query.method ?? ['tools/call'] };
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const range = {
    fromMs: from.getTime(),
    toMs: query.to ? to.getTime() : null,
    bars: countBars(from.getTime(), to.getTime(), bucket, query.zone),
  };
  const source = await callsSource(ctx, filters, range, parameter);
  const passing = COUNTED_FILTER_NAMES.filter((name) => filters[name]).map((name) =>
    anyOfColumns('c', COUNTED_FILTERS[name], filters[name] as readonly string[], parameter),
  );
  const chosen = passing.join(' AND ') || 'TRUE';
  const counts = `sum(c.calls) AS calls, coalesce(sum(c.calls) FILTER (WHERE c.decision NOT IN ${PASSED}), 0) AS refused`;
  const none = 'NULL::text';
  const top = (
    kind: Counted['kind'],
    [name, server, policy]: readonly [string, string, string],
    where = 'TRUE',
    from = 'chosen c',
  ): string =>
    `(SELECT '${kind}' AS kind, NULL::timestamptz AS at, ${name} AS name, ${server} AS server, ${policy} AS policy, ${counts},
             count(*) OVER () AS kinds, sum(sum(c.calls)) OVER () AS in_all FROM ${from} WHERE ${where}
       GROUP BY 3, 4, 5 HAVING sum(c.calls) > 0 ORDER BY 6 DESC, 3, 4, 5 LIMIT ${TOP})`;
  const refused = `c.decision NOT IN ${PASSED}`;
  const rows = await readTrail<Counted>(
    ctx,
    `WITH ${source.ctes}, chosen AS MATERIALIZED (SELECT * FROM totals c WHERE ${chosen})
     (SELECT 'series' AS kind, c.slot AS at, c.decision AS name, ${none} AS server, ${none} AS policy, ${counts}, NULL::bigint AS kinds, NULL::numeric AS in_all
        FROM calls c WHERE ${chosen} GROUP BY 2, 3 HAVING sum(c.calls) <> 0 ORDER BY 2)
     UNION ALL (SELECT 'outcome', NULL, c.outcome, NULL, NULL, ${counts}, NULL, NULL FROM chosen c GROUP BY 3 HAVING sum(c.calls) <> 0)
     UNION ALL ${top('agent', [`coalesce(c.agent_slug, '${NOT_RECORDED}')`, none, none])}
     UNION ALL ${top('tool', [`coalesce(v.value, '${NOT_RECORDED}')`, 'c.server_slug', none], 'TRUE', `chosen c CROSS JOIN LATERAL (${valuesOf('tool')}) v(value)`)}
     UNION ALL ${top('reason', ['c.reason', none, none], refused)}
     UNION ALL ${top('rule', ['c.rule', 'c.server_slug', 'c.policy_slug'], `${refused} AND c.policy_slug IS NOT NULL`)}`,
    values,
  );
  const of = (kind: Counted['kind']): readonly Counted[] => rows.filter((row) => row.kind === kind);
  const sums = sumUp(of('series').map(({ at, name, calls }) => ({ at: at ?? from, decision: name, calls })));
  const all = (kind: Counted['kind']) => ({ values: Number(of(kind)[0]?.kinds ?? 0), calls: Number(of(kind)[0]?.in_all ?? 0) });
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    bucket,
    zone: query.zone,
    ...sums,
    byOutcome: Object.fromEntries(of('outcome').map(({ name, calls }) => [name, Number(calls)])),
    topAgents: of('agent').map(({ name, calls, refused }) => ({ name, calls: Number(calls), refused: Number(refused) })),
    topTools: of('tool').map(({ name, server, calls, refused }) => ({ name, server, calls: Number(calls), refused: Number(refused) })),
    topReasons: of('reason').map(({ name, calls }) => ({ reason: name, calls: Number(calls) })),
    topRules: of('rule').map(({ name, server, policy, calls }) => ({ rule: name, server, policy, calls: Number(calls) })),
    all: { agents: all('agent'), tools: all('tool'), reasons: all('reason'), rules: all('rule') },
    ...(await latencyPercentiles(ctx, filters, from, to, sums.total)),
  };
}
