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

export function auditFilter(query: AuditFilters, now: Date): SqlFilter {
  const values: unknown[] = [];
  const parts: string[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const anyOf = (columns: readonly string[], wanted: readonly string[] | undefined): void => {
    if (!wanted) return;
    const list = `${parameter(wanted)}::text[]`;
    parts.push(`(${columns.map((column) => `e.${column} = ANY(${list})`).join(' OR ')})`);
  };
  if (query.from) parts.push(`e.at >= ${parameter(new Date(query.from))}::timestamptz`);
  if (query.to) parts.push(`e.at < ${parameter(new Date(query.to))}::timestamptz`);
  anyOf(['server_slug', 'server_id'], query.server);
  anyOf(['agent_slug', 'agent_id'], query.agent);
  anyOf(['grant_id'], query.grant);
  anyOf(['policy_slug', 'policy_id'], query.policy);
  anyOf(['tool', 'inner_tool'], query.tool);
  anyOf(['risk'], query.risk);
  anyOf(['category'], query.category);
  anyOf(['decision'], query.decision);
  anyOf(['method'], query.method);
  if (query.outcome) parts.push(outcomePart(query.outcome, parameter));
  if (query.q) parts.push(searchPart(query.q, parameter, query.from === undefined ? now : null));
  return { where: parts.length === 0 ? 'TRUE' : parts.join(' AND '), values };
}

function searchPart(q: string, parameter: (value: unknown) => string, boundedAt: Date | null): string {
  const text = q.trim().replaceAll('\u0000', '');
  const atMs = idTimeMs(text, 'evt');
  if (atMs !== null) return `e.id = ${parameter(text)} AND e.at = ${parameter(new Date(atMs))}::timestamptz`;
  const pattern = parameter(likePattern(text));
  // One comparison a row instead of one a column; the line break keeps a match from spanning two columns.
  const searched = ['tool', 'inner_tool', 'rule', 'reason', 'message', 'agent_slug', 'server_slug', 'client_name'].map(
    (column) => `e.${column}`,
  );
  const matches = `concat_ws(E'\\n', ${searched.join(', ')}) ILIKE ${pattern}`;
  const bound =
    boundedAt === null ? '' : `e.at >= ${parameter(new Date(boundedAt.getTime() - SEARCH_DAYS * 86_400_000))}::timestamptz AND `;
  return `${bound}(${matches})`;
}

/** The latest outcome counts. The semi-join in front lets a rare outcome be found from its own rows instead of from every event's. */
function outcomePart(wanted: readonly string[], parameter: (value: unknown) => string): string {
  const settled = wanted.filter((outcome) => outcome !== 'none');
  const list = `${parameter(settled)}::text[]`;
  if (settled.length < wanted.length) return `(o.outcome = ANY(${list}) OR o.outcome IS NULL)`;
  return `(e.at, e.id) IN (SELECT event_at, event_id FROM audit_outcomes WHERE outcome = ANY(${list})) AND o.outcome = ANY(${list})`;
}

/** The last word on how an event ended: a later settlement corrects an earlier one. */
export const LATEST_OUTCOME = `LEFT JOIN LATERAL (
    SELECT outcome, http_status, upstream_ms, gateway_ms, result_bytes FROM audit_outcomes
     WHERE event_at = e.at AND event_id = e.id ORDER BY at DESC, writer DESC, seq DESC LIMIT 1) o ON TRUE`;

/** The same for every event of a time range at once: `$from` and `$to` are parameters. For numbers over many rows. */
export const latestOutcomesBetween = (from: string, to: string): string => `LEFT JOIN (
    SELECT DISTINCT ON (event_at, event_id) event_at, event_id, outcome, upstream_ms, gateway_ms FROM audit_outcomes
     WHERE event_at >= ${from}::timestamptz AND event_at < ${to}::timestamptz
     ORDER BY event_at, event_id, at DESC, writer DESC, seq DESC) o ON o.event_at = e.at AND o.event_id = e.id`;
