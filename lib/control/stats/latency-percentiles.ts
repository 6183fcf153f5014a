import { COUNTED_FILTER_NAMES } from '@/lib/domain/counted-filters';
import { anyOfColumns, auditFilter, latestOutcomesBetween, type Parameter } from '../audit/audit-filter';
import type { AuditFilters } from '../audit/contract';
import { readTrail } from '../audit/read-trail';
import type { ControlContext } from '../context';

export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}
export interface Latencies {
  readonly gatewayMs: Percentiles;
  readonly upstreamMs: Percentiles;
}

/** Up to so many calls the times themselves are sorted; beyond, their classes are counted, which are right to a tenth. */
const SORTED_CALLS_MAX = 20_000;
/** Filters that the classes are kept by, besides the time. */
const CLASSED: ReadonlySet<string> = new Set(['server', 'method']);
const HOUR_MS = 3_600_000;

/** Times of settled calls in `from` to `to`; of the newest calls only, when there are many and the filter is one that classes are not kept by. */
export async function latencyPercentiles(
  ctx: ControlContext,
  query: AuditFilters,
  from: Date,
  to: Date,
  calls: number,
): Promise<Latencies> {
  const classed = COUNTED_FILTER_NAMES.every((name) => !query[name] || CLASSED.has(name));
  return calls > SORTED_CALLS_MAX && classed ? fromClasses(ctx, query, from, to) : fromRows(ctx, query, from, to);
}

async function fromRows(ctx: ControlContext, query: AuditFilters, from: Date, to: Date): Promise<Latencies> {
  const filter = auditFilter({ ...query, from: from.toISOString(), to: to.toISOString() }, ctx.now);
  const side = (name: 'gateway' | 'upstream'): string =>
    `percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY t.${name}_ms) AS ${name}`;
  const [found] = await readTrail<{ gateway: (number | null)[] | null; upstream: (number | null)[] | null }>(
    ctx,
    // The filter's first two parameters are the range.
    `SELECT ${side('gateway')}, ${side('upstream')} FROM (
       SELECT o.gateway_ms, o.upstream_ms FROM audit_events e ${latestOutcomesBetween('$1', '$2')}
        WHERE ${filter.where} AND o.outcome IS NOT NULL ORDER BY e.at DESC LIMIT ${SORTED_CALLS_MAX}) t`,
    filter.values,
  );
  return { gatewayMs: three(found?.gateway), upstreamMs: three(found?.upstream) };
}

async function fromClasses(ctx: ControlContext, query: AuditFilters, from: Date, to: Date): Promise<Latencies> {
  const values: unknown[] = [new Date(Math.floor(from.getTime() / HOUR_MS) * HOUR_MS), to];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const ofServer = query.server
    ? `l.server_id IN (SELECT p.server_id FROM call_profiles p WHERE ${anyOfColumns('p', ['server_slug', 'server_id'], query.server, parameter)})`
    : 'TRUE';
  const rows = await readTrail<{ side: string; class: number; calls: string }>(
    ctx,
    `SELECT l.side, l.class, sum(l.calls) AS calls FROM call_latencies l WHERE l.bucket >= $1::timestamptz AND l.bucket < $2::timestamptz AND ${ofServer}
      GROUP BY 1, 2 ORDER BY 1, 2`,
    values,
  );
  const of = (side: string): Percentiles => {
    const classes = rows.filter((row) => row.side === side).map((row) => ({ class: row.class, calls: Number(row.calls) }));
    return three([0.5, 0.95, 0.99].map((share) => percentileOf(classes, share)));
  };
  return { gatewayMs: of('gateway'), upstreamMs: of('upstream') };
}

/** The middle of the class in which a share of the calls is reached; null without calls. */
export function percentileOf(classes: readonly { readonly class: number; readonly calls: number }[], share: number): number | null {
  const total = classes.reduce((sum, { calls }) => sum + calls, 0);
  let reached = 0;
  for (const one of classes) {
    reached += one.calls;
    if (reached >= share * total && one.calls > 0) return 2 ** ((one.class + 0.5) / 4);
  }
  return null;
}

const three = (values: readonly (number | null)[] | null | undefined): Percentiles => ({
  p50: values?.[0] ?? null,
  p95: values?.[1] ?? null,
  p99: values?.[2] ?? null,
});
