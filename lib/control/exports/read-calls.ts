import { auditFilter } from '../audit/audit-filter';
import type { AuditFilters } from '../audit/contract';
import { boundsOf } from '../audit/list-audit';
import { type AuditPlace, readRows, type TimeWindow } from '../audit/read-rows';
import { type TrailContext, tooSlow } from '../audit/read-trail';
import { wayBack } from '../audit/windows';
import { type CallRow, columnsToRead } from './call-record';
import { piecesOf, withArguments } from './sealed-arguments';

/** Rows held at once; with their arguments as few as `piecesOf` lets be. */
const BATCH = 1_000;
const TIMEOUT_MS = 60_000;

/**
 * Every row of a filter in the order of the list, in pieces, from below `after` on. Between two pieces no connection is held; nothing
 * is read before it is asked for. Throws 503 when a piece takes longer than a minute, and the reason of `ctx.signal`.
 */
export async function* readCalls(
  ctx: TrailContext,
  query: AuditFilters,
  columns: Parameters<typeof columnsToRead>[0],
  after: AuditPlace | null,
): AsyncGenerator<readonly CallRow[]> {
  const filter = auditFilter(query, ctx.now, { times: false });
  const select = columnsToRead(columns);
  let place = after;
  for await (const chunk of wayBack(ctx, { ...query, limit: BATCH }, boundsOf(query, after))) {
    let windows = chunk.windows;
    for (;;) {
      const rows = await readRows<CallRow>(ctx, filter, windows, place, BATCH, TIMEOUT_MS, select);
      if (rows === null) throw tooSlow();
      const last = rows.at(-1);
      if (last) {
        if (columns.includes('arguments')) for (const piece of piecesOf(rows)) yield await withArguments(ctx, piece);
        else yield rows;
        place = { atMs: last.at.getTime(), id: last.id };
        windows = below(windows, place.atMs);
      }
      if (rows.length < BATCH) break;
    }
  }
}

/** What is left of the windows at this instant and before it: time that has been read is not looked into again. */
function below(windows: readonly TimeWindow[], atMs: number): TimeWindow[] {
  return windows
    .filter(({ fromMs }) => fromMs === null || fromMs <= atMs)
    .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs ?? atMs + 1, atMs + 1) }));
}
