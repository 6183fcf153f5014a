import type { AdminChange } from '@/lib/db/generated/client';
import { CHANGE_COLUMNS, type ChangeColumn } from '@/lib/domain/call-columns';
import type { Json } from '@/lib/kernel/json';
import type { ChangeFilters } from '../changes/contract';
import { changeFilter } from '../changes/list-changes';
import type { ControlContext, VerbInput } from '../context';
import type { DownloadFile } from '../define-contract';
import type { exportChanges as contract } from './contract';
import { exportFile, headText, rowText } from './export-text';
import { type ExportPiece, recordedExport } from './recorded-export';

const BATCH = 500;

/** The rows of the list of changes as a file, as they are read. */
export async function* exportChanges(
  ctx: ControlContext,
  { query: { format, columns: wanted, ...filter } }: VerbInput<typeof contract>,
): AsyncGenerator<string | DownloadFile> {
  const columns = [...new Set(wanted ?? CHANGE_COLUMNS)];
  yield exportFile('changes', format, ctx.now.getTime());
  yield* recordedExport(ctx, { what: 'changes', format, columns, filter }, changeTexts(ctx, filter, format, columns));
}

async function* changeTexts(
  ctx: ControlContext,
  filter: ChangeFilters,
  format: 'ndjson' | 'csv',
  columns: readonly ChangeColumn[],
): AsyncGenerator<ExportPiece> {
  yield { text: headText(format, columns), rows: 0 };
  let last: AdminChange | undefined;
  do {
    ctx.signal.throwIfAborted();
    const below = last ? [{ OR: [{ at: { lt: last.at } }, { at: last.at, id: { lt: last.id } }] }] : [];
    const rows: AdminChange[] = await ctx.prisma.adminChange.findMany({
      // What tells of this export came after it was asked for.
      where: { AND: [...changeFilter(ctx, filter), { OR: [{ requestId: null }, { requestId: { not: ctx.requestId } }] }, ...below] },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: BATCH,
    });
    if (rows.length > 0) yield { text: rows.map((row) => rowText(format, columns, changeRecord(row))).join(''), rows: rows.length };
    last = rows.length === BATCH ? rows.at(-1) : undefined;
  } while (last);
}

const changeRecord = (row: AdminChange): Record<ChangeColumn, Json> => ({
  id: row.id,
  at: row.at.toISOString(),
  actorKind: row.actorKind,
  actorId: row.actorId,
  actorName: row.actorName,
  action: row.action,
  entity: row.entity,
  entityId: row.entityId,
  entityName: row.entityName,
  requestId: row.requestId,
  before: row.before as Json,
  after: row.after as Json,
});
