import type { ExportSchedule } from '@/lib/db/generated/client';
import type { CallColumn } from '@/lib/domain/call-columns';
import { EXPORT_LAG_MS, type ExportPeriod, periodEnd } from '@/lib/domain/export-period';
import { exportScheduleAad } from '@/lib/domain/sealed-value';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation, notFound } from '../control-error';
import { requireMatch } from '../etag';
import { chosenColumns } from '../exports/export-audit';
import { lockRow } from '../locate';
import { storableJson } from '../storable';
import type { updateExportSchedule as contract, ExportScheduleAnswer } from './contract';
import { nameTaken, recorded, scheduleAnswer, scheduleEtag, type TargetInput, targetOf } from './export-schedules';

type Body = VerbInput<typeof contract>['body'];

/**
 * Changes what is given. Whoever is at a period lets go of it, and it is handed over as it is wanted now; what was handed over stays. A period
 * of which the receiver has a part already keeps its content, because the parts have to belong together.
 */
export async function updateExportSchedule(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<ExportScheduleAnswer> {
  const found = await ctx.prisma.exportSchedule.findUnique({ where: { id: params.schedule } });
  if (!found) throw notFound('export schedule', params.schedule);
  const target = await newTarget(ctx, found, body);
  try {
    return await change(ctx, async (tx, record) => {
      await lockRow(tx, 'exportSchedule', found.id);
      const before = await tx.exportSchedule.findUnique({ where: { id: found.id } });
      if (!before) throw notFound('export schedule', found.id);
      requireMatch(ifMatch, scheduleEtag(before), 'export_schedule');
      const content = contentOf(ctx, before, body);
      if (content !== null && before.parts > 0) throw halfway(before);
      const again = body.enabled === true && before.failures > 0 ? { dueAt: ctx.now } : {};
      const restarts = content !== null || target !== null ? { runner: null, failures: 0, detail: null } : {};
      const row = await tx.exportSchedule.update({
        where: { id: before.id },
        data: {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
          ...restarts,
          ...content,
          ...target,
          ...again,
        },
      });
      await record({
        action: actionOf(body),
        entity: 'export_schedule',
        entityId: row.id,
        entityName: row.name,
        before: { name: before.name, enabled: before.enabled, ...recorded(before) },
        after: { name: row.name, enabled: row.enabled, ...recorded(row), ...(target === null ? {} : { secrets: ['target set'] }) },
      });
      return scheduleAnswer(row);
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(body.name ?? '') : error;
  }
}

/** A pause alone is told as one. */
function actionOf(body: Body): string {
  if (body.enabled === undefined || Object.keys(body).length > 1) return 'export_schedule.update';
  return body.enabled ? 'export_schedule.resume' : 'export_schedule.pause';
}

/** What a period is to hold, where that changes; null otherwise. */
function contentOf(ctx: ControlContext, before: ExportSchedule, { every, format, columns, filter }: Body) {
  if (every === undefined && format === undefined && columns === undefined && filter === undefined) return null;
  const nextFormat = format ?? (before.format as 'ndjson' | 'csv' | 'ocsf');
  const chosen =
    columns === undefined && nextFormat === before.format ? null : chosenColumns(ctx, nextFormat, columns as CallColumn[] | undefined);
  const nextEvery = every ?? (before.every as ExportPeriod);
  return {
    every: nextEvery,
    format: nextFormat,
    ...(chosen === null ? {} : { columns: [...chosen] }),
    ...(filter === undefined ? {} : { filter: storableJson(filter) as object }),
    dueAt: new Date(periodEnd(before.doneTo.getTime(), nextEvery) + EXPORT_LAG_MS),
  };
}

async function newTarget(ctx: ControlContext, before: ExportSchedule, { folder, url, signingSecret }: Body) {
  if (folder !== undefined) return targetOf(ctx, before.id, { target: 'folder', folder });
  if (url === undefined && signingSecret === undefined) return null;
  const kept = before.envelope === null ? {} : opened(ctx, before.id, before.envelope);
  const input = { target: 'webhook' as const, url: url ?? kept.url, signingSecret: signingSecret ?? kept.secret };
  if (input.url === undefined || input.signingSecret === undefined)
    throw new ControlError(422, 'export_schedule.target', 'A webhook needs its address and its signing secret.', [
      { path: input.url === undefined ? '/url' : '/signingSecret', message: 'required' },
    ]);
  return targetOf(ctx, before.id, input as TargetInput);
}

/** Nothing when the key does not open it: both have to be typed again then. */
function opened(ctx: ControlContext, id: string, envelope: string): { readonly url?: string; readonly secret?: string } {
  try {
    return JSON.parse(ctx.services.envelope.open(envelope, exportScheduleAad(id))) as { url: string; secret: string };
  } catch {
    return {};
  }
}

function halfway({ name }: ExportSchedule): ControlError {
  return new ControlError(
    409,
    'export_schedule.halfway',
    `The receiver has a part of the present period of "${name}". Change its content when the period has been handed over, or delete it and make another one.`,
  );
}
