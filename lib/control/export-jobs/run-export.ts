import type { ExportJob, PrismaClient } from '@/lib/db/generated/client';
import type { CallColumn, CallFormat } from '@/lib/domain/call-columns';
import type { AuditFilters } from '../audit/contract';
import { recordChange } from '../change';
import type { Actor } from '../context';
import { callTexts } from '../exports/export-audit';
import { exportName } from '../exports/recorded-export';
import { removedMonths } from '../retention/removed-months';
import type { ControlServices } from '../services';
import { exportFilterSchema } from './contract';

/** Beyond this a file helps nobody; a narrower filter or a shorter time does. */
export const EXPORT_BYTES_MAX = 2 * 1024 ** 3;
const KEPT_MS = 7 * 86_400_000;
/** A runner that gave no sign of life for so long is dead. */
const DEAD_AFTER_SECONDS = 15;

export interface ExportRun {
  readonly prisma: PrismaClient;
  readonly services: Pick<ControlServices, 'history' | 'openArguments' | 'newId'>;
  readonly signal: AbortSignal;
  /** Names this process among the runners. */
  readonly runner: string;
  now(): Date;
  /** Gives way to the gateway between two pieces. */
  pause(): Promise<void>;
}

/** The file that an export is written to. */
export interface ExportSink {
  /** Puts the text at this place, cuts off what was behind it, and returns its bytes when they are safe. */
  write(at: number, text: string): Promise<number>;
}

/** Takes the oldest job of a folder that waits, or whose runner is dead; null when there is none. Two runners never take the same one. */
export async function claimExport({ prisma, runner }: ExportRun, folder: string): Promise<ExportJob | null> {
  const taken = await prisma.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE export_jobs SET status = 'running', runner = $1, alive_at = clock_timestamp(), started_at = coalesce(started_at, clock_timestamp())
      WHERE id = (SELECT id FROM export_jobs WHERE folder = $2
                     AND (status = 'queued' OR status = 'running' AND alive_at < clock_timestamp() - interval '${DEAD_AFTER_SECONDS} seconds')
                   ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`,
    runner,
    folder,
  );
  return taken[0] ? prisma.exportJob.findUnique({ where: { id: taken[0].id } }) : null;
}

/** A sign of life; false when the job is not this runner's any more, or was cancelled. */
export async function keepExportAlive({ prisma, runner }: ExportRun, id: string): Promise<boolean> {
  const rows = await prisma.$executeRawUnsafe(
    `UPDATE export_jobs SET alive_at = clock_timestamp() WHERE id = $1 AND runner = $2 AND status = 'running'`,
    id,
    runner,
  );
  return rows === 1;
}

/**
 * Writes a job from where it stands to its end. Each piece is safe in the file before the row says so, and what is in the file behind that
 * place is written over: after a crash nothing is missing and nothing is there twice. Rejects when the run is aborted or the database fails;
 * the job then goes on later.
 */
export async function runExport(run: ExportRun, job: ExportJob, sink: ExportSink): Promise<void> {
  const filter = exportFilterSchema.parse(job.filter) as AuditFilters;
  const format = job.format as CallFormat;
  const place = job.lastAt === null || job.lastId === null ? null : { atMs: job.lastAt.getTime(), id: job.lastId };
  const context = { services: run.services, signal: run.signal, now: job.createdAt };
  let rows = Number(job.rowsDone);
  let bytes = Number(job.bytes);
  // The line of the columns may stand already: it is written again, at the same place.
  if (place === null) bytes = 0;
  for await (const piece of callTexts(context, { format, columns: job.columns as CallColumn[], filter }, place)) {
    if (!(await keepExportAlive(run, job.id))) return;
    bytes += await sink.write(bytes, piece.text);
    rows += piece.rows;
    const reached = piece.place ? { lastAt: new Date(piece.place.atMs), lastId: piece.place.id } : {};
    const { count } = await run.prisma.exportJob.updateMany({
      where: { id: job.id, runner: run.runner, status: 'running' },
      data: { rowsDone: rows, bytes, ...reached },
    });
    if (count === 0) return;
    if (bytes > EXPORT_BYTES_MAX)
      return endExport(run, job, 'failed', 'The file grew beyond 2 GiB. Choose fewer columns, a shorter time or a narrower filter.');
    await run.pause();
  }
  const lost = await removedMonths(
    run.prisma,
    filter.from ? new Date(filter.from) : null,
    new Date(filter.to ?? job.createdAt),
    job.createdAt,
  );
  if (lost.length > 0)
    return endExport(
      run,
      job,
      'failed',
      `Retention removed calls of ${lost.join(', ')} while it was written. Make it again for what is left.`,
    );
  await endExport(run, job, 'done', null);
}

/** Writes how a job ended into its row and into the list of changes, in one transaction. */
export async function endExport(run: ExportRun, job: ExportJob, status: 'done' | 'failed', error: string | null): Promise<void> {
  const now = run.now();
  await run.prisma.$transaction(async (tx) => {
    const { count } = await tx.exportJob.updateMany({
      where: { id: job.id, runner: run.runner, status: 'running' },
      data: { status, error, finishedAt: now, expiresAt: status === 'done' ? new Date(now.getTime() + KEPT_MS) : null },
    });
    const ended = count === 0 ? null : await tx.exportJob.findUnique({ where: { id: job.id } });
    if (ended === null) return;
    const actor = { kind: job.ownerKind, id: job.ownerId, name: job.ownerName } as Actor;
    await recordChange(
      tx,
      { actor, requestId: run.services.newId('req'), now, services: run.services },
      {
        action: status === 'done' ? 'export.finish' : 'export.fail',
        entity: 'export',
        entityId: job.id,
        entityName: exportName({ what: 'calls', format: job.format }),
        after: { rows: Number(ended.rowsDone), bytes: Number(ended.bytes), error },
      },
    );
  });
}

/** Files that are over their time, and what is left in the books of old ones. Returns the jobs whose files are still wanted in a folder. */
export async function forgetOldExports({ prisma, now }: Pick<ExportRun, 'prisma' | 'now'>, folder: string): Promise<ReadonlySet<string>> {
  await prisma.exportJob.updateMany({ where: { status: 'done', expiresAt: { lt: now() } }, data: { status: 'expired' } });
  await prisma.exportJob.deleteMany({
    where: { status: { in: ['cancelled', 'failed', 'expired'] }, createdAt: { lt: new Date(now().getTime() - 8 * KEPT_MS) } },
  });
  const wanted = await prisma.exportJob.findMany({
    where: { folder, status: { in: ['queued', 'running', 'done'] } },
    select: { id: true },
  });
  return new Set(wanted.map(({ id }) => id));
}
