import { createHash } from 'node:crypto';
import type { ExportSchedule } from '@/lib/db/generated/client';
import { CALL_COLUMNS_OPEN, type CallColumn } from '@/lib/domain/call-columns';
import { EXPORT_LAG_MS, type ExportPeriod, periodEnd, periodStart } from '@/lib/domain/export-period';
import { exportScheduleAad } from '@/lib/domain/sealed-value';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { chosenColumns } from '../exports/export-audit';
import { lockRow } from '../locate';
import { checkUrl } from '../notifications/check-channel';
import { decodeCursor, pageOf } from '../paging';
import { storableJson } from '../storable';
import type {
  createExportSchedule as createContract,
  deleteExportSchedule as deleteContract,
  ExportScheduleAnswer,
  listExportSchedules as listContract,
} from './contract';

/** Each period is an entry in the list of changes, for ever: an error in the year should not become half a million of them. */
const SINCE_MAX_MS = 400 * 86_400_000;

/** Where a schedule goes, as it was typed. */
export type TargetInput =
  | { readonly target: 'folder'; readonly folder: string }
  | { readonly target: 'webhook'; readonly url: string; readonly signingSecret: string };

export async function listExportSchedules(
  ctx: ControlContext,
  { query }: VerbInput<typeof listContract>,
): Promise<AnswerOf<typeof listContract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.exportSchedule.findMany({
    where: after ? { name: { gt: after[0] as string } } : {},
    orderBy: { name: 'asc' },
    take: query.limit + 1,
  });
  return { ...pageOf(rows, query.limit, (row) => [row.name], rows.map(scheduleAnswer)), folder: ctx.services.exports.scheduledFolder };
}

/** The address is looked at now, and again at each message: what it resolves to may change. */
export async function createExportSchedule(ctx: ControlContext, { body }: VerbInput<typeof createContract>): Promise<ExportScheduleAnswer> {
  const columns = chosenColumns(ctx, body.format, body.columns as CallColumn[] | undefined);
  const id = ctx.services.newId('exs');
  const target = await targetOf(ctx, id, body);
  const { name, every, format, filter } = body;
  if (body.since !== undefined && Date.parse(body.since) < ctx.now.getTime() - SINCE_MAX_MS)
    throw new ControlError(422, 'export_schedule.since', 'A schedule begins at most 400 days back. Take what is older by an export.', [
      { path: '/since', message: 'more than 400 days back' },
    ]);
  const doneToMs = periodStart(Math.min(body.since === undefined ? ctx.now.getTime() : Date.parse(body.since), ctx.now.getTime()), every);
  try {
    return await change(ctx, async (tx, record) => {
      const row = await tx.exportSchedule.create({
        data: {
          ...{ id, name, every, format, ...target },
          columns: [...columns],
          filter: storableJson(filter) as object,
          doneTo: new Date(doneToMs),
          dueAt: new Date(periodEnd(doneToMs, every) + EXPORT_LAG_MS),
          ownerKind: ctx.actor.kind,
          ownerId: ctx.actor.id,
          ownerName: ctx.actor.name,
          createdAt: ctx.now,
        },
      });
      await record({ action: 'export_schedule.create', entity: 'export_schedule', entityId: id, entityName: name, after: recorded(row) });
      return scheduleAnswer(row);
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error;
  }
}

export function nameTaken(name: string): ControlError {
  return new ControlError(409, 'export_schedule.name_taken', `There is already a scheduled export "${name}". Choose another name.`, [
    { path: '/name', message: 'already used' },
  ]);
}

export async function deleteExportSchedule(ctx: ControlContext, { params }: VerbInput<typeof deleteContract>): Promise<null> {
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'exportSchedule', params.schedule);
    const row = await tx.exportSchedule.findUnique({ where: { id: params.schedule } });
    if (!row) throw notFound('export schedule', params.schedule);
    await tx.exportSchedule.delete({ where: { id: row.id } });
    await record({
      action: 'export_schedule.delete',
      entity: 'export_schedule',
      entityId: row.id,
      entityName: row.name,
      before: recorded(row),
    });
  });
  return null;
}

/** Throws 422 for a folder where there is none, and for an address that may not be reached. */
export async function targetOf(
  ctx: ControlContext,
  id: string,
  body: TargetInput,
): Promise<Pick<ExportSchedule, 'target' | 'place' | 'envelope'>> {
  if (body.target === 'folder') {
    if (!ctx.services.exports.scheduledFolder)
      throw new ControlError(
        422,
        'export_schedule.no_folder',
        'This node has no folder for scheduled exports. Start it with CALLGATE_EXPORT_DIR, or use a webhook.',
        [{ path: '/folder', message: 'CALLGATE_EXPORT_DIR is not set' }],
      );
    return { target: 'folder', place: body.folder, envelope: null };
  }
  const host = await checkUrl(ctx, body.url);
  const sealed = ctx.services.envelope.seal(JSON.stringify({ url: body.url, secret: body.signingSecret }), exportScheduleAad(id));
  return { target: 'webhook', place: host, envelope: sealed };
}

/** The version mark of what people change; how far a schedule is has none. */
export function scheduleEtag({ name, enabled, every, format, columns, filter, target, place, envelope }: ExportSchedule): string {
  const settings = canonicalJson([name, enabled, every, format, columns, filter as Json, target, place, envelope]);
  return createHash('sha256').update(settings, 'utf8').digest('hex').slice(0, 20);
}

export const recorded = ({ every, format, columns, filter, target, place }: ExportSchedule) => ({
  every,
  format,
  columns,
  filter,
  target,
  place,
});

export function scheduleAnswer(row: ExportSchedule): ExportScheduleAnswer {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    every: row.every as ExportPeriod,
    format: row.format as ExportScheduleAnswer['format'],
    columns: (row.columns as CallColumn[]) ?? [...CALL_COLUMNS_OPEN],
    filter: row.filter as ExportScheduleAnswer['filter'],
    target: row.target as ExportScheduleAnswer['target'],
    place: row.place,
    doneTo: row.doneTo.toISOString(),
    dueAt: row.dueAt.toISOString(),
    lastRun: row.lastRunAt === null ? null : { at: row.lastRunAt.toISOString(), rows: Number(row.lastRows ?? 0) },
    failure: row.failures === 0 ? null : { attempts: row.failures, detail: row.detail },
    createdAt: row.createdAt.toISOString(),
    createdBy: row.ownerName,
    etag: scheduleEtag(row),
  };
}
