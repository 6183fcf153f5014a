import type { Prisma } from '@/lib/db/generated/client';
import type { TrailFault, TrailReport } from '@/lib/domain/trail/trail-report';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import { storableJson } from '../storable';
import type { Verification } from './contract';

/** Each holds a connection and a snapshot for as long as it takes. */
const AT_ONCE_MAX = 2;
const KEPT = 50;
let running = 0;

/** Verifies the whole trail and keeps what was found. Throws 409 when others are at it already. */
export async function verifyAudit(ctx: ControlContext, onProgress?: (rows: number, total: number) => void): Promise<Verification> {
  if (running >= AT_ONCE_MAX)
    throw new ControlError(
      409,
      'audit.verifying',
      'Two verifications are running on this node already. Wait for one to end, or cancel it.',
    );
  running++;
  const startedMs = performance.now();
  try {
    const report = await ctx.services.trail.verify({ signal: ctx.signal, ...(onProgress ? { onProgress } : {}) });
    const verification = verificationOf(report, ctx.now, (performance.now() - startedMs) / 1000);
    await keep(ctx, verification);
    return verification;
  } finally {
    running--;
  }
}

/** The same with its progress, a few times a second. A failure is the last item, because the answer has begun by then. */
export async function* watchVerification(
  ctx: ControlContext,
): AsyncIterable<{ progress: { rows: number; total: number } } | { result: Verification } | { failed: string }> {
  let progress: { rows: number; total: number } | null = null;
  let wake = (): void => {};
  const working = verifyAudit(ctx, (rows, total) => {
    progress = { rows, total };
    wake();
  }).then(
    (result) => ({ result }),
    (error: Error) => ({ failed: error.message }),
  );
  yield { progress: { rows: 0, total: 0 } };
  for (;;) {
    const done = await Promise.race([working, new Promise<null>((resolve) => (wake = () => resolve(null)))]);
    if (done) {
      yield done;
      return;
    }
    if (progress) yield { progress };
  }
}

export function verificationOf(report: TrailReport, at: Date, seconds: number): Verification {
  return {
    ok: report.ok,
    events: report.rows,
    removed: report.removedRows,
    writers: report.writers,
    changes: report.changes,
    checkpoints: { count: report.checkpoints.count, last: report.checkpoints.last && { ...report.checkpoints.last } },
    fileLines: report.fileLines,
    checkedAt: at.toISOString(),
    seconds: Math.round(seconds * 100) / 100,
    firstBad: report.firstBad && problemOf(report.firstBad),
    problems: report.faults.map(problemOf),
    problemCount: report.faultCount,
  };
}

function problemOf({ table, kind, writer, seq, since, id, message }: TrailFault): Verification['problems'][number] {
  return { table, kind, writer, seq: String(seq), since: String(since), id, message };
}

async function keep(ctx: ControlContext, verification: Verification): Promise<void> {
  await ctx.prisma.auditVerification.create({
    data: {
      id: ctx.services.newId('ver'),
      startedAt: ctx.now,
      finishedAt: new Date(ctx.now.getTime() + verification.seconds * 1000),
      actorName: ctx.actor.name,
      ok: verification.ok,
      report: storableJson(verification) as Prisma.InputJsonValue,
    },
  });
  const old = await ctx.prisma.auditVerification.findMany({ orderBy: { startedAt: 'desc' }, skip: KEPT, select: { id: true } });
  if (old.length > 0) await ctx.prisma.auditVerification.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
}
