import type { ExportSchedule, PrismaClient } from '@/lib/db/generated/client';
import type { CallColumn, CallFormat } from '@/lib/domain/call-columns';
import { EXPORT_LAG_MS, type ExportPeriod, periodEnd, periodStart } from '@/lib/domain/export-period';
import { exportScheduleAad } from '@/lib/domain/sealed-value';
import type { AuditPlace } from '../audit/read-rows';
import { tooSlow } from '../audit/read-trail';
import { recordChange } from '../change';
import type { Actor } from '../context';
import { callTexts } from '../exports/export-audit';
import { EXPORT_FILES } from '../exports/export-text';
import { removedMonths } from '../retention/removed-months';
import type { ControlServices } from '../services';
import { storableText } from '../storable';
import { scheduleFilterSchema } from './contract';

/** Longer than a piece may take to be read and sent. */
const DEAD_AFTER_SECONDS = 120;
/** A sparse filter may be read for long without a piece. */
const ALIVE_MS = 5_000;
/** Fewer without a call are handed over one by one: an empty file or message says that nothing was called. */
const EMPTY_PERIODS_MIN = 24;
const WAIT_MS_FIRST = 5_000;
const WAIT_MS_MAX = 15 * 60_000;

export interface ScheduleRun {
  readonly prisma: PrismaClient;
  readonly services: Pick<ControlServices, 'history' | 'openArguments' | 'newId' | 'notifications' | 'envelope' | 'exports'>;
  readonly signal: AbortSignal;
  readonly runner: string;
  now(): Date;
}

/**
 * Hands over one period of one schedule that is due; false when none is. A period is over when all of it was taken: a file stands under its
 * name, or the receiver took the last message. What fails is tried again, at most 15 minutes later, and never given up.
 */
export async function runDueSchedule(run: ScheduleRun): Promise<boolean> {
  const schedule = await claim(run);
  if (schedule === null) return false;
  const held = hold(run, schedule.id);
  try {
    const later = await emptyUntil(held.run, schedule);
    const to = later ?? new Date(periodEnd(schedule.doneTo.getTime(), schedule.every as ExportPeriod));
    const rows = later !== null ? 0 : await handOver(held.run, schedule, to);
    if (rows !== null) await finish(run, schedule, to, rows);
  } catch (error) {
    if (run.signal.aborted || held.run.signal.aborted) await release(run, schedule.id);
    else await putOff(run, schedule, (error as Error).message, 0);
    if (run.signal.aborted) throw error;
  } finally {
    held.end();
  }
  return true;
}

const handOver = (run: ScheduleRun, schedule: ExportSchedule, to: Date): Promise<number | null> =>
  schedule.target === 'folder' ? intoFolder(run, schedule, to) : toWebhook(run, schedule, to);

/** The run with signs of life beside it, that ends when somebody paused the schedule or another runner has it. */
function hold(run: ScheduleRun, id: string): { readonly run: ScheduleRun; end(): void } {
  const gone = new AbortController();
  const timer = setInterval(() => {
    stillOurs(run, id).then(
      (ours) => ours || gone.abort(new Error('It was paused, or another node took it over.')),
      // The database is away; the run finds out by itself.
      () => undefined,
    );
  }, ALIVE_MS);
  timer.unref();
  return { run: { ...run, signal: AbortSignal.any([run.signal, gone.signal]) }, end: () => clearInterval(timer) };
}

/**
 * The beginning of the period with the next call of the trail, or the one that runs, when many periods lie before it without any:
 * they are passed in one step. Null when there is less to pass, or when this period was begun.
 */
async function emptyUntil(run: ScheduleRun, { doneTo, every, parts }: ExportSchedule): Promise<Date | null> {
  const over = run.now().getTime() - EXPORT_LAG_MS;
  if (parts > 0 || over - doneTo.getTime() < EMPTY_PERIODS_MIN * (periodEnd(0, 'hour') - periodStart(0, 'hour'))) return null;
  const first = await run.services.history.read<{ at: Date | null }>(
    'SELECT min(at) AS at FROM audit_events WHERE at >= $1::timestamptz',
    [doneTo],
    { signal: run.signal, timeoutMs: 60_000 },
  );
  if (first === null) throw tooSlow();
  const until = periodStart(Math.min(first[0]?.at?.getTime() ?? over, over), every as ExportPeriod);
  const periods = (until - doneTo.getTime()) / (periodEnd(until, every as ExportPeriod) - until);
  return periods >= EMPTY_PERIODS_MIN ? new Date(until) : null;
}

async function claim({ prisma, runner, now, services }: ScheduleRun): Promise<ExportSchedule | null> {
  const taken = await prisma.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE export_schedules SET runner = $1, alive_at = clock_timestamp()
      WHERE id = (SELECT id FROM export_schedules
                   WHERE enabled AND due_at <= $2::timestamptz AND (target = 'webhook' OR $3)
                     AND (runner IS NULL OR alive_at < clock_timestamp() - interval '${DEAD_AFTER_SECONDS} seconds')
                   ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`,
    runner,
    now(),
    services.exports.scheduledFolder,
  );
  return taken[0] ? prisma.exportSchedule.findUnique({ where: { id: taken[0].id } }) : null;
}

function texts(run: ScheduleRun, schedule: ExportSchedule, to: Date, after: AuditPlace | null): ReturnType<typeof callTexts> {
  const filter = { ...scheduleFilterSchema.parse(schedule.filter), from: schedule.doneTo.toISOString(), to: to.toISOString() };
  const job = { format: schedule.format as CallFormat, columns: schedule.columns as CallColumn[], filter };
  return callTexts({ services: run.services, signal: run.signal, now: run.now() }, job, after);
}

/** Whether this runner still has it, and a sign of life. */
async function stillOurs({ prisma, runner }: ScheduleRun, id: string): Promise<boolean> {
  const rows = await prisma.$executeRawUnsafe(
    'UPDATE export_schedules SET alive_at = clock_timestamp() WHERE id = $1 AND runner = $2 AND enabled',
    id,
    runner,
  );
  return rows === 1;
}

/** The file has its name only when it is whole; an attempt that broke off is written over. Null when somebody paused it. */
async function intoFolder(run: ScheduleRun, schedule: ExportSchedule, to: Date): Promise<number | null> {
  let rows = 0;
  let stopped = false;
  async function* pieces(): AsyncGenerator<string> {
    for await (const piece of texts(run, schedule, to, null)) {
      if (!(await stillOurs(run, schedule.id))) {
        stopped = true;
        throw new Error('It was paused.');
      }
      rows += piece.rows;
      yield piece.text;
    }
  }
  const stamp = (at: Date): string =>
    at
      .toISOString()
      .replace(/:\d\d\.\d+Z$/, 'Z')
      .replaceAll(/[-:]/g, '');
  const name = `callgate-calls-${stamp(schedule.doneTo)}-${stamp(to)}.${EXPORT_FILES[schedule.format as CallFormat].ending}`;
  try {
    const file = { folder: schedule.place, name, writer: run.runner };
    await run.services.exports.writeScheduled(file, pieces(), async () => {
      stopped = !(await stillOurs(run, schedule.id));
      return !stopped;
    });
  } catch (error) {
    if (!stopped) throw error;
    await release(run, schedule.id);
    return null;
  }
  return rows;
}

/** Messages of some rows each, and one at the end that says how many they were. Each has an id that stays the same when it is sent again. */
async function toWebhook(run: ScheduleRun, schedule: ExportSchedule, to: Date): Promise<number | null> {
  const { url, secret } = targetOf(run, schedule);
  let { parts } = schedule;
  let rows = Number(schedule.rows);
  const send = async (part: number, last: boolean, data: unknown): Promise<boolean> => {
    const id = `${schedule.id}.${schedule.doneTo.getTime()}.${last ? 'end' : part}`;
    const body = JSON.stringify({
      id,
      type: last ? 'audit.export.end' : 'audit.export',
      schedule: { id: schedule.id, name: schedule.name },
      from: schedule.doneTo.toISOString(),
      to: to.toISOString(),
      format: schedule.format,
      ...(last ? { parts: part, rows } : { part, data }),
    });
    const signing = { id, atSeconds: Math.floor(run.now().getTime() / 1000), secret };
    const result = await run.services.notifications.send({ kind: 'http', url, body, signing });
    if (!result.ok) await putOff(run, schedule, result.detail, result.retryAfterMs ?? 0);
    return result.ok;
  };
  const place = schedule.lastAt === null || schedule.lastId === null ? null : { atMs: schedule.lastAt.getTime(), id: schedule.lastId };
  // The line of the columns goes with the first rows.
  let head = '';
  for await (const piece of texts(run, schedule, to, place)) {
    if (!(await stillOurs(run, schedule.id))) {
      await release(run, schedule.id);
      return null;
    }
    if (piece.place === null) {
      head = piece.text;
      continue;
    }
    if (!(await send(parts, false, dataOf(schedule.format, head + piece.text)))) return null;
    head = '';
    parts += 1;
    rows += piece.rows;
    const reached = { parts, rows, lastAt: new Date(piece.place.atMs), lastId: piece.place.id };
    await run.prisma.exportSchedule.updateMany({ where: { id: schedule.id, runner: run.runner }, data: reached });
  }
  return (await send(parts, true, null)) ? rows : null;
}

/** Rows as objects; CSV as its text. */
function dataOf(format: string, text: string): unknown {
  if (format === 'csv') return text;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

function targetOf(run: ScheduleRun, { id, envelope }: ExportSchedule): { url: string; secret: string } {
  try {
    return JSON.parse(run.services.envelope.open(envelope ?? '', exportScheduleAad(id))) as { url: string; secret: string };
  } catch {
    throw new Error('Its address cannot be opened with the current CALLGATE_SECRET_KEY. Delete it and make it again.');
  }
}

/** The next period is due when it is over; several that were missed follow each other at once. */
async function finish(run: ScheduleRun, schedule: ExportSchedule, to: Date, rows: number): Promise<void> {
  const now = run.now();
  await run.prisma.$transaction(async (tx) => {
    const { count } = await tx.exportSchedule.updateMany({
      where: { id: schedule.id, runner: run.runner },
      data: {
        ...{ doneTo: to, lastAt: null, lastId: null, parts: 0, rows: 0, runner: null, failures: 0, detail: null },
        dueAt: new Date(periodEnd(to.getTime(), schedule.every as ExportPeriod) + EXPORT_LAG_MS),
        lastRunAt: now,
        lastRows: rows,
      },
    });
    // A schedule that failed or was paused for long hands over what is left, and says what is not.
    const removed = await removedMonths(tx, schedule.doneTo, to);
    if (count === 1)
      await record(run, tx, schedule, 'export_schedule.run', {
        ...(removed.length > 0 ? { removedByRetention: removed } : {}),
        from: schedule.doneTo,
        to,
        rows,
        format: schedule.format,
        place: schedule.place,
      });
  });
}

async function putOff(run: ScheduleRun, schedule: ExportSchedule, detail: string, askedMs: number): Promise<void> {
  const now = run.now();
  const waitMs = Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_FIRST * 4 ** Math.min(schedule.failures, 6), askedMs));
  const short = storableText(detail).slice(0, 500);
  await run.prisma.$transaction(async (tx) => {
    const { count } = await tx.exportSchedule.updateMany({
      where: { id: schedule.id, runner: run.runner },
      data: { runner: null, failures: { increment: 1 }, detail: short, dueAt: new Date(now.getTime() + waitMs) },
    });
    // Once for a period: what goes on failing is on the page.
    if (count === 1 && schedule.failures === 0)
      await record(run, tx, schedule, 'export_schedule.fail', { from: schedule.doneTo, detail: short });
  });
}

async function release({ prisma, runner }: ScheduleRun, id: string): Promise<void> {
  await prisma.exportSchedule.updateMany({ where: { id, runner }, data: { runner: null } });
}

async function record(
  run: ScheduleRun,
  tx: Parameters<typeof recordChange>[0],
  schedule: ExportSchedule,
  action: string,
  after: unknown,
): Promise<void> {
  const actor = { kind: schedule.ownerKind, id: schedule.ownerId, name: schedule.ownerName } as Actor;
  const context = { actor, requestId: run.services.newId('req'), now: run.now(), services: run.services };
  await recordChange(tx, context, { action, entity: 'export_schedule', entityId: schedule.id, entityName: schedule.name, after });
}
