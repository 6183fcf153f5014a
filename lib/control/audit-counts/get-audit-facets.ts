import { COUNTED_FILTER_NAMES, COUNTED_FILTERS, type CountedFilter, NOT_RECORDED } from '@/lib/domain/counted-filters';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { likePattern } from '../paging';
import { callsSource } from './calls-source';
import type { getAuditFacets as contract } from './contract';
import { rangeOf } from './range-of';

type Answer = AnswerOf<typeof contract>;

/** Counts by value of each facet; the numbers of one answer are of one snapshot. */
export async function getAuditFacets(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const source = await callsSource(ctx, query, rangeOf(query), parameter);
  const active = COUNTED_FILTER_NAMES.filter((name) => query[name]);
  const flags = active.map(
    (name) => `${anyOfColumns('c', COUNTED_FILTERS[name], query[name] as readonly string[], parameter)} AS is_${name}`,
  );
  const wanted = query.facet ?? COUNTED_FILTER_NAMES;
  const match = query.match ? parameter(likePattern(query.match)) : null;
  const passing = (except: CountedFilter | null): string =>
    active
      .filter((name) => name !== except)
      .map((name) => `is_${name}`)
      .join(' AND ') || 'TRUE';
  const facets = wanted.map((name) => {
    const value = `coalesce(v.value, '${NOT_RECORDED}')`;
    return `(SELECT '${name}' AS facet, ${value} AS value, sum(c.calls) AS calls FROM flagged c CROSS JOIN LATERAL (${valuesOf(name)}) v(value)
      WHERE ${passing(name)}${match ? ` AND ${value} ILIKE ${match}` : ''}
      GROUP BY 2 HAVING sum(c.calls) > 0 ORDER BY 3 DESC, 2 LIMIT ${query.values + 1})`;
  });
  const rows = await readTrail<{ facet: string; value: string | null; calls: string | null }>(
    ctx,
    `WITH ${source.ctes}, flagged AS MATERIALIZED (SELECT c.*${flags.map((flag) => `, ${flag}`).join('')} FROM totals c)
     (SELECT 'total' AS facet, NULL AS value, sum(c.calls) AS calls FROM flagged c WHERE ${passing(null)})
     UNION ALL ${facets.join(' UNION ALL ')}`,
    values,
  );
  return {
    total: Number(rows.find((row) => row.facet === 'total')?.calls ?? 0),
    facets: wanted.map((name) => {
      const found = rows.filter((row) => row.facet === name).map((row) => ({ value: row.value ?? NOT_RECORDED, calls: Number(row.calls) }));
      return { name, values: found.slice(0, query.values), more: found.length > query.values };
    }),
    coverage: source.coverage,
  };
}

/** Where a value is filtered for in several columns it counts in each, so that its number is that of the rows it would give. */
export function valuesOf(name: CountedFilter): string {
  if (name === 'tool') return 'SELECT c.tool UNION SELECT c.inner_tool WHERE c.inner_tool IS NOT NULL';
  return `SELECT c.${COUNTED_FILTERS[name][0]}`;
}
