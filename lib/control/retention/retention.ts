import { change } from '../change';
import type { ControlContext, Reader, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { confirmPassword } from '../me/confirm-password';
import { decodeCursor, pageOf } from '../paging';
import { storableText } from '../storable';
import type { listRemovals as listContract, Retention, getRetention as readContract, setRetention as writeContract } from './contract';
import { readMonths } from './read-months';

type AuditRetention = Awaited<ReturnType<Reader['auditRetention']['findUniqueOrThrow']>>;

export async function getRetention(ctx: ControlContext, { query }: VerbInput<typeof readContract>): Promise<Retention> {
  return answerOf(ctx, ctx.prisma, query.days);
}

/** Keeping longer needs a reason; what will be removed for good needs two who mean it: nobody does away with the trail alone. */
export async function setRetention(ctx: ControlContext, { body }: VerbInput<typeof writeContract>): Promise<Retention> {
  const days = body.days;
  // Attempts at the password count, whatever becomes of the change.
  if (await shortens(ctx.prisma, days)) await requireStepUp(ctx, days as number, body);
  return change(ctx, async (tx, record) => {
    await tx.$executeRaw`SELECT 1 FROM audit_retention WHERE id = 1 FOR UPDATE`;
    const before = await tx.auditRetention.findUniqueOrThrow({ where: { id: 1 } });
    if (isShorter(days, before.days) && ctx.actor.kind === 'user' && body.password === undefined) throw passwordNeeded();
    const reason = storableText(body.reason);
    const isConfirmed = before.proposedDays === days && before.proposedById !== ctx.actor.id;
    const waits = isShorter(days, before.days) && !isConfirmed;
    await tx.auditRetention.update({
      where: { id: 1 },
      data: waits
        ? { proposedDays: days, proposedAt: ctx.now, proposedById: ctx.actor.id, proposedBy: ctx.actor.name, proposedReason: reason }
        : { ...NO_PROPOSAL, days, changedAt: ctx.now, changedBy: namesOf(ctx, before, isConfirmed), reason, problem: null, retryAt: null },
    });
    await record({
      action: waits ? 'retention.propose' : 'retention.set',
      entity: 'retention',
      entityId: 'audit',
      entityName: 'Retention of calls',
      before: {
        days: before.days,
        ...(before.proposedDays === null ? {} : { proposed: before.proposedDays, proposedBy: before.proposedBy }),
      },
      after: { ...(waits ? { days: before.days, proposed: days } : { days }), reason },
    });
    return answerOf(ctx, tx);
  });
}

export async function listRemovals(ctx: ControlContext, { query }: VerbInput<typeof listContract>): Promise<AnswerOf<typeof listContract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.auditRemoval.findMany({
    where: after ? { month: { lt: after[0] as string } } : {},
    orderBy: { month: 'desc' },
    take: query.limit + 1,
  });
  const items = rows.map((row) => ({
    month: row.month,
    from: row.startsAt.toISOString(),
    to: row.endsAt.toISOString(),
    removedAt: row.removedAt.toISOString(),
    calls: Number(row.events),
    outcomes: Number(row.outcomes),
    days: row.days,
    setBy: row.orderedBy,
    tombstone: Number(row.checkpoint),
  }));
  return pageOf(rows, query.limit, (row) => [row.month], items);
}

const NO_PROPOSAL = { proposedDays: null, proposedAt: null, proposedById: null, proposedBy: null, proposedReason: null };

/** Whoever takes part in shortening is named by the tombstones. */
const namesOf = (ctx: ControlContext, { proposedBy }: { readonly proposedBy: string | null }, isConfirmed: boolean): string =>
  isConfirmed && proposedBy !== null ? `${proposedBy} and ${ctx.actor.name}` : ctx.actor.name;

async function answerOf(ctx: ControlContext, db: Reader, asIf?: number): Promise<Retention> {
  const row = await db.auditRetention.findUniqueOrThrow({ where: { id: 1 } });
  const removed = await db.auditRemoval.aggregate({ _max: { endsAt: true, removedAt: true } });
  const { endsAt, removedAt } = removed._max;
  return {
    days: row.days,
    changedAt: row.changedAt?.toISOString() ?? null,
    changedBy: row.changedBy,
    reason: row.reason,
    proposed: proposalOf(ctx, row),
    lookedAt: row.lookedAt?.toISOString() ?? null,
    problem: row.problem,
    removed: endsAt && removedAt ? { before: endsAt.toISOString(), at: removedAt.toISOString() } : null,
    months: await readMonths(db, asIf ?? row.days, ctx.now),
  };
}

function proposalOf(ctx: ControlContext, row: AuditRetention): Retention['proposed'] {
  const { proposedDays: days, proposedAt: at, proposedBy: by, proposedReason: reason } = row;
  if (days === null || at === null || by === null || reason === null) return null;
  return { days, at: at.toISOString(), by, reason, mine: row.proposedById === ctx.actor.id };
}

const isShorter = (days: number | null, than: number | null): boolean => days !== null && (than === null || days < than);

async function shortens(db: Reader, days: number | null): Promise<boolean> {
  const { days: before } = await db.auditRetention.findUniqueOrThrow({ where: { id: 1 }, select: { days: true } });
  return isShorter(days, before);
}

/** A script says what it means with `days`; a person types it, and shows who they are. */
async function requireStepUp(ctx: ControlContext, days: number, body: { confirm?: string; password?: string }): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'user') return;
  if (body.confirm !== `${days} days`) {
    throw new ControlError(422, 'retention.confirm', `Type ${days} days to confirm what is removed from then on.`, [
      { path: '/confirm', message: `must be ${days} days` },
    ]);
  }
  if (body.password === undefined) throw passwordNeeded();
  await confirmPassword(ctx, actor, body.password, '/password');
}

function passwordNeeded(): ControlError {
  return new ControlError(422, 'retention.password', 'What retention removes does not come back, so it asks for your password.', [
    { path: '/password', message: 'give your password again to shorten the retention' },
  ]);
}
