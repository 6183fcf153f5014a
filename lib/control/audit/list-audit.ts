import { idTimeMs } from '@/lib/kernel/ids';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, encodeCursor } from '../paging';
import { auditFilter } from './audit-filter';
import { auditRow } from './audit-row';
import type { AuditFilters, Coverage, listAudit as contract } from './contract';
import { type AuditPlace, readRows } from './read-rows';
import { tooSlow } from './read-trail';
import { wayBack } from './windows';

/** What a page may take before it says how far it came; the caller goes on with the cursor. */
const PAGE_MS = 1_200;
const FIRST_PIECE_MS = 15_000;
const COMPLETE: Coverage = { complete: true, scannedBack: null, uncounted: 0 };

/**
 * Newest first, by time and id: a page is as quick at the end of the trail as at its beginning. What a filter leaves few of is found by
 * the counts, which name the five minutes to look into; nothing ever reads the trail from end to end for one page.
 */
export async function listAudit(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const cursor = decodeCursor(query.cursor, 2);
  const after: AuditPlace | null = cursor ? { atMs: Number(cursor[0]), id: cursor[1] as string } : null;
  const range = boundsOf(query, after);
  const filter = auditFilter(query, ctx.now, { times: false });
  const deadline = performance.now() + PAGE_MS;
  const items: AnswerOf<typeof contract>['items'] = [];
  let scannedTo: number | null = null;
  for await (const chunk of wayBack(ctx, query, range)) {
    const left = query.limit + 1 - items.length;
    // The first piece may take its time, so that every page gets further.
    const timeoutMs = scannedTo === null ? FIRST_PIECE_MS : Math.max(400, deadline - performance.now());
    const rows = await readRows(ctx, filter, chunk.windows, after, left, timeoutMs);
    if (rows === null && scannedTo === null) throw tooSlow();
    // The time was up inside of this piece: what came before it holds.
    if (rows === null) break;
    items.push(...rows.map(auditRow));
    if (items.length > query.limit) {
      const last = items[query.limit - 1] as (typeof items)[number];
      return { items: items.slice(0, query.limit), nextCursor: encodeCursor([String(Date.parse(last.at)), last.id]), coverage: COMPLETE };
    }
    scannedTo = chunk.scannedToMs;
    if (chunk.last) return { items, nextCursor: null, coverage: COMPLETE };
    if (performance.now() >= deadline) break;
  }
  const reached = scannedTo ?? after?.atMs ?? range.toMs ?? ctx.now.getTime();
  return {
    items,
    nextCursor: encodeCursor([String(reached), '']),
    coverage: { complete: false, scannedBack: new Date(reached).toISOString(), uncounted: 0 },
  };
}

/** Epoch milliseconds, half-open; a page after the first begins below the last row of the one before. */
export function boundsOf(query: AuditFilters, after: AuditPlace | null): { fromMs: number | null; toMs: number | null } {
  const atMs = idTimeMs(query.q?.trim() ?? '', 'evt');
  if (atMs !== null) return { fromMs: atMs, toMs: atMs + 1 };
  const toMs = query.to ? Date.parse(query.to) : null;
  // Rows of the same millisecond may still follow; the place itself parts them.
  const belowMs = after === null ? null : after.id === '' ? after.atMs : after.atMs + 1;
  return { fromMs: query.from ? Date.parse(query.from) : null, toMs: belowMs === null ? toMs : Math.min(belowMs, toMs ?? belowMs) };
}
