import type { ExportJob } from '@/lib/db/generated/client';
import type { CallColumn, CallFormat } from '@/lib/domain/call-columns';
import { mayRole } from '@/lib/domain/roles';
import { needsRows } from '../audit/audit-filter';
import type { AuditFilters } from '../audit/contract';
import { getAuditHistogram } from '../audit-counts/get-audit-histogram';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import { chosenColumns } from '../exports/export-audit';
import { exportFile } from '../exports/export-text';
import { exportName } from '../exports/recorded-export';
import { decodeCursor, pageOf } from '../paging';
import { storableJson } from '../storable';
import type {
  cancelExport as cancelContract,
  createExport as createContract,
  ExportJobAnswer,
  getExport as getContract,
  listExports as listContract,
} from './contract';

/** Exports of one person that wait or run at once. */
const OPEN_MAX = 5;

/** Queues an export. What it holds is fixed here, up to this moment; it is written elsewhere. */
export async function createExport(ctx: ControlContext, { body }: VerbInput<typeof createContract>): Promise<ExportJobAnswer> {
  const columns = chosenColumns(ctx, body.format, body.columns);
  const to = Math.min(body.filter.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(body.filter.to), ctx.now.getTime());
  const filter: AuditFilters = { ...body.filter, to: new Date(to).toISOString() };
  const expected = await rowsExpected(ctx, filter);
  const id = ctx.services.newId('exp');
  const job = await change(ctx, async (tx, record) => {
    // Several requests at once are counted one after the other.
    await tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(hashtextextended('export_jobs ' || $1, 0))`, ctx.actor.id);
    const mine = { ownerId: ctx.actor.id, status: { in: ['queued', 'running'] } };
    if ((await tx.exportJob.count({ where: mine })) >= OPEN_MAX)
      throw new ControlError(
        429,
        'export.too_many',
        `${OPEN_MAX} of your exports wait or run already. Wait for one to end, or cancel one.`,
      );
    await record({
      action: 'export.create',
      entity: 'export',
      entityId: id,
      entityName: exportName({ what: 'calls', format: body.format }),
      after: { format: body.format, columns, filter, rowsExpected: expected },
    });
    return tx.exportJob.create({
      data: {
        id,
        format: body.format,
        columns: [...columns],
        filter: storableJson(filter) as object,
        folder: ctx.services.exports.folder,
        rowsExpected: expected,
        ownerKind: ctx.actor.kind,
        ownerId: ctx.actor.id,
        ownerName: ctx.actor.name,
        createdAt: ctx.now,
      },
    });
  });
  ctx.services.exports.wake();
  return jobAnswer(ctx, job);
}

/** Newest first. */
export async function listExports(ctx: ControlContext, { query }: VerbInput<typeof listContract>) {
  const after = decodeCursor(query.cursor, 2);
  const at = after ? new Date(Number(after[0])) : null;
  const rows = await ctx.prisma.exportJob.findMany({
    where: {
      ...(seesAll(ctx) ? {} : { ownerId: ctx.actor.id }),
      ...(at ? { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: after?.[1] as string } }] } : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [String(row.createdAt.getTime()), row.id],
    rows.map((row) => jobAnswer(ctx, row)),
  );
}

export async function getExport(ctx: ControlContext, { params }: VerbInput<typeof getContract>): Promise<ExportJobAnswer> {
  return jobAnswer(ctx, await ownJob(ctx, params.export));
}

/** A runner that is writing it finds out with its next piece; the file goes then, or now. */
export async function cancelExport(ctx: ControlContext, { params }: VerbInput<typeof cancelContract>): Promise<ExportJobAnswer> {
  const job = await ownJob(ctx, params.export);
  await change(ctx, async (tx, record) => {
    const open = { id: job.id, status: { in: ['queued', 'running', 'done'] } };
    const { count } = await tx.exportJob.updateMany({ where: open, data: { status: 'cancelled', finishedAt: ctx.now, expiresAt: null } });
    if (count === 0) throw new ControlError(409, 'export.ended', `The export has ended already: ${job.status}. Nothing of it is kept.`);
    await record({
      action: 'export.cancel',
      entity: 'export',
      entityId: job.id,
      entityName: exportName({ what: 'calls', format: job.format }),
      before: { status: job.status, rows: Number(job.rowsDone) },
    });
  });
  if (job.folder === ctx.services.exports.folder) await ctx.services.exports.remove(job.id);
  return getExport(ctx, { params } as VerbInput<typeof getContract>);
}

/** For the one who made it and for admins; nobody else learns that it exists. */
export async function ownJob(ctx: ControlContext, id: string): Promise<ExportJob> {
  const job = await ctx.prisma.exportJob.findUnique({ where: { id } });
  if (!job || (job.ownerId !== ctx.actor.id && !seesAll(ctx))) throw notFound('export', id);
  return job;
}

const seesAll = ({ actor }: ControlContext): boolean => actor.role !== null && mayRole(actor.role, 'member.write');

/** Exact where calls are counted; null where the rows themselves would have to be read for it. */
async function rowsExpected(ctx: ControlContext, filter: AuditFilters): Promise<number | null> {
  if (needsRows(filter)) return null;
  const { total, coverage } = await getAuditHistogram(ctx, {
    params: {},
    query: { ...filter, zone: 'UTC' },
    body: undefined as never,
    ifMatch: null,
  });
  return coverage.complete ? total : null;
}

function jobAnswer(ctx: ControlContext, job: ExportJob): ExportJobAnswer {
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: job.id,
    format: job.format as CallFormat,
    columns: job.columns as CallColumn[],
    filter: job.filter as ExportJobAnswer['filter'],
    status: job.status as ExportJobAnswer['status'],
    progress: {
      rows: Number(job.rowsDone),
      of: job.rowsExpected === null ? null : Number(job.rowsExpected),
      bytes: Number(job.bytes),
    },
    file: exportFile('calls', job.format as CallFormat, job.createdAt.getTime()).name,
    here: job.folder === ctx.services.exports.folder,
    createdAt: job.createdAt.toISOString(),
    createdBy: job.ownerName,
    startedAt: iso(job.startedAt),
    finishedAt: iso(job.finishedAt),
    expiresAt: iso(job.expiresAt),
    error: job.error,
  };
}
