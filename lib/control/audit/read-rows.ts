import { LATEST_OUTCOME, type SqlFilter } from './audit-filter';
import { AUDIT_COLUMNS, type AuditRecord } from './audit-row';
import type { TrailContext } from './read-trail';

/** The sort key of a row; rows after it in the list come before it in the trail. An empty id stands before all of its millisecond. */
export interface AuditPlace {
  readonly atMs: number;
  readonly id: string;
}

/** Epoch milliseconds, half-open; null is open. */
export interface TimeWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

const EARLIEST = new Date(-62_135_596_800_000);
const LATEST = new Date(253_402_300_799_999);

/**
 * The newest rows of some stretches of time that a filter leaves, `limit` at most; null when that took longer than `timeoutMs`. Each
 * stretch is read from its end along the primary key, so that what is not looked into costs nothing.
 */
export async function readRows<Row extends AuditRecord = AuditRecord>(
  ctx: TrailContext,
  filter: SqlFilter,
  windows: readonly TimeWindow[],
  after: AuditPlace | null,
  limit: number,
  timeoutMs: number,
  columns = AUDIT_COLUMNS,
): Promise<Row[] | null> {
  if (windows.length === 0) return [];
  const values = [...filter.values];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const lows = parameter(windows.map(({ fromMs }) => (fromMs === null ? EARLIEST : new Date(fromMs))));
  const highs = parameter(windows.map(({ toMs }) => (toMs === null ? LATEST : new Date(toMs))));
  const beyond = after ? ` AND (e.at, e.id) < (${parameter(new Date(after.atMs))}::timestamptz, ${parameter(after.id)})` : '';
  return ctx.services.history.read<Row>(
    `SELECT r.* FROM unnest(${lows}::timestamptz[], ${highs}::timestamptz[]) AS w(low, high) CROSS JOIN LATERAL (
       SELECT ${columns} FROM audit_events e ${LATEST_OUTCOME}
        WHERE e.at >= w.low AND e.at < w.high AND ${filter.where}${beyond} ORDER BY e.at DESC, e.id DESC LIMIT ${limit}
     ) r ORDER BY r.at DESC, r.id DESC LIMIT ${limit}`,
    values,
    { signal: ctx.signal, timeoutMs },
  );
}
