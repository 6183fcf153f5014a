import { COUNTED_FILTER_NAMES, COUNTED_FILTERS, NOT_RECORDED } from '@/lib/domain/counted-filters';
import { idTimeMs } from '@/lib/kernel/ids';
import { likePattern } from '../paging';
import type { AuditFilters } from './contract';

/** A WHERE clause over `audit_events e` with the latest outcome `o`, and its parameters; every value is a parameter. */
export interface SqlFilter {
  readonly where: string;
  readonly values: unknown[];
}

/** Search without a time range looks back this far: a substring over everything would read the whole trail. */
export const SEARCH_DAYS = 7;
export type Parameter = (value: unknown) => string;

/** `e.server_slug = ANY($1) OR e.server_id = ANY($1)`, and what has no value when `-` is among the wanted. */
export function anyOfColumns(alias: string, columns: readonly string[], wanted: readonly string[], parameter: Parameter): string {
  const list = `${parameter(wanted)}::text[]`;
  const parts = columns.map((column) => `${alias}.${column} = ANY(${list})`);
  if (wanted.includes(NOT_RECORDED)) parts.push(`${alias}.${columns[0]} IS NULL`);
  return `(${parts.join(' OR ')})`;
}

/** The filters over rows of the trail. `times` in it are left out on demand, for readers that go through time in pieces. */
export function auditFilter(query: AuditFilters, now: Date, options: { readonly times?: boolean } = {}): SqlFilter {
  const values: unknown[] = [];
  const parts: string[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  if (options.times !== false) {
    if (query.from) parts.push(`e.at >= ${parameter(new Date(query.from))}::timestamptz`);
    if (query.to) parts.push(`e.at < ${parameter(new Date(query.to))}::timestamptz`);
  }
  for (const name of COUNTED_FILTER_NAMES) {
    const wanted = query[name];
    if (!wanted) continue;
    parts.push(name === 'outcome' ? outcomePart(wanted, parameter) : anyOfColumns('e', COUNTED_FILTERS[name], wanted, parameter));
  }
  if (query.session) parts.push(`e.session = ${parameter(query.session)}`);
  if (query.client) parts.push(`e.client_name = ANY(${parameter(query.client)}::text[])`);
  if (query.flag) parts.push(`o.flags ?| ${parameter(query.flag)}::text[]`);
  if (query.slowerThan !== undefined) parts.push(`o.upstream_ms > ${parameter(query.slowerThan)}::float8`);
  if (query.fasterThan !== undefined) parts.push(`o.upstream_ms < ${parameter(query.fasterThan)}::float8`);
  if (query.q) parts.push(searchPart(query.q, parameter, query.from === undefined && options.times !== false ? now : null));
  return { where: parts.length === 0 ? 'TRUE' : parts.join(' AND '), values };
}

/** Filters that calls are not counted by: whoever uses one has to read the rows themselves. */
export function needsRows(query: AuditFilters): boolean {
  return Boolean(
    query.q || query.session || query.client || query.flag || query.slowerThan !== undefined || query.fasterThan !== undefined,
  );
}

function searchPart(q: string, parameter: Parameter, boundedAt: Date | null): string {
  const text = q.trim().replaceAll('\u0000', '');
  const atMs = idTimeMs(text, 'evt');
  if (atMs !== null) return `e.id = ${parameter(text)} AND e.at = ${parameter(new Date(atMs))}::timestamptz`;
  const pattern = parameter(likePattern(text));
  // One comparison a row instead of one a column; the line break keeps a match from spanning two columns.
  const searched = ['tool', 'inner_tool', 'target', 'rule', 'reason', 'message', 'agent_slug', 'server_slug', 'client_name'].map(
    (column) => `e.${column}`,
  );
  const matches = `concat_ws(E'\\n', ${searched.join(', ')}) ILIKE ${pattern}`;
  const bound =
    boundedAt === null ? '' : `e.at >= ${parameter(new Date(boundedAt.getTime() - SEARCH_DAYS * 86_400_000))}::timestamptz AND `;
  return `${bound}(${matches})`;
}

/** The latest outcome counts. */
function outcomePart(wanted: readonly string[], parameter: Parameter): string {
  const settled = wanted.filter((outcome) => outcome !== 'none');
  const list = `${parameter(settled)}::text[]`;
  if (settled.length < wanted.length) return `(o.outcome = ANY(${list}) OR o.outcome IS NULL)`;
  return `o.outcome = ANY(${list})`;
}

/** The last word on how an event ended: a later settlement corrects an earlier one. */
export const LATEST_OUTCOME = `LEFT JOIN LATERAL (
    SELECT outcome, http_status, upstream_ms, gateway_ms, policy_ms, admission_ms, result_bytes, flags FROM audit_outcomes
     WHERE event_at = e.at AND event_id = e.id ORDER BY at DESC, writer DESC, seq DESC LIMIT 1) o ON TRUE`;

/** The same for every event of a time range at once: `$from` and `$to` are parameters. For numbers over many rows. */
export const latestOutcomesBetween = (from: string, to: string): string => `LEFT JOIN (
    SELECT DISTINCT ON (event_at, event_id) event_at, event_id, outcome, upstream_ms, gateway_ms FROM audit_outcomes
     WHERE event_at >= ${from}::timestamptz AND event_at < ${to}::timestamptz
     ORDER BY event_at, event_id, at DESC, writer DESC, seq DESC) o ON o.event_at = e.at AND o.event_id = e.id`;
