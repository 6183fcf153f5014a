import { mayRole, type Role } from '@/lib/domain/roles';
import { recordChange } from '../change';
import type { Actor, ControlContext, Reader, Transaction } from '../context';
import { ControlError, isControlError } from '../control-error';
import { lockRow } from '../locate';
import { closeOpenPublication } from './close-publication';
import type { PublicationRow } from './publication-answer';
import { publishWaiting } from './publish-waiting';

const BATCH = 20;

export interface DueOutcome {
  readonly publication: string;
  readonly status: 'published' | 'failed';
  readonly because: string | null;
}

/**
 * Publishes what is due. Every node asks; the policy's row lock and the status read under it let one of them act, so each is
 * published once whatever the number of nodes. What may no longer be published fails with its reason; trouble with the database
 * fails nothing, and the next round tries again (the first error is thrown once the rest was tried).
 */
export async function publishDue(ctx: ControlContext): Promise<DueOutcome[]> {
  const due = await ctx.prisma.publication.findMany({
    where: { status: 'scheduled', dueAt: { lte: ctx.now } },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
    take: BATCH,
    select: { id: true, policyId: true },
  });
  const outcomes: DueOutcome[] = [];
  const troubles: unknown[] = [];
  for (const { id, policyId } of due) {
    try {
      const outcome = await publishOne(ctx, id, policyId);
      if (outcome) outcomes.push(outcome);
    } catch (error) {
      troubles.push(error);
    }
  }
  if (troubles.length > 0) throw troubles[0];
  return outcomes;
}

/** null when another node was faster, or it was withdrawn. */
async function publishOne(ctx: ControlContext, id: string, policyId: string): Promise<DueOutcome | null> {
  try {
    const done = await locked(ctx, id, policyId, async (tx, publication) => {
      const policy = await tx.policy.findUniqueOrThrow({ where: { id: policyId } });
      const server = await tx.server.findUniqueOrThrow({ where: { id: policy.serverId }, select: { id: true, slug: true } });
      const own = { ...ctx, actor: await requesterOf(tx, publication) };
      const { approvedBy } = publication;
      const version = await publishWaiting(tx, own, (facts) => recordChange(tx, own, facts), { policy, server, publication, approvedBy });
      return { server: server.slug, policy: policy.slug, version };
    });
    if (done === null) return null;
    ctx.services.events.publish('policy', { action: 'published', ...done });
    return { publication: id, status: 'published', because: null };
  } catch (error) {
    if (!isControlError(error)) throw error;
    return failDue(ctx, id, policyId, [error.message, ...error.details.map((detail) => detail.message)].slice(0, 6).join(' · '));
  }
}

async function failDue(ctx: ControlContext, id: string, policyId: string, because: string): Promise<DueOutcome | null> {
  const done = await locked(ctx, id, policyId, async (tx, publication) => {
    const policy = await tx.policy.findUniqueOrThrow({ where: { id: policyId }, include: { server: { select: { slug: true } } } });
    const actor = storedActor(publication);
    await closeOpenPublication(tx, ctx, (facts) => recordChange(tx, { ...ctx, actor }, facts), policy, policy.server.slug, {
      except: null,
      status: 'failed',
      because,
    });
    return { server: policy.server.slug, policy: policy.slug };
  });
  if (done === null) return null;
  ctx.services.events.publish('policy', { action: 'failed', publication: id, ...done });
  return { publication: id, status: 'failed', because };
}

/** Work on a publication that still is scheduled, under its policy's row lock; null when it no longer is. */
async function locked<T>(
  ctx: ControlContext,
  id: string,
  policyId: string,
  work: (tx: Transaction, publication: PublicationRow) => Promise<T>,
): Promise<T | null> {
  return ctx.prisma.$transaction(
    async (tx) => {
      await lockRow(tx, 'policy', policyId);
      const publication = await tx.publication.findUnique({ where: { id } });
      return publication?.status === 'scheduled' ? work(tx, publication) : null;
    },
    { maxWait: 5_000, timeout: 30_000 },
  );
}

/** Who asked for it, when that person may still publish. Throws ControlError otherwise: rights that were taken away end here too. */
async function requesterOf(db: Reader, publication: PublicationRow): Promise<Actor> {
  const actor = storedActor(publication);
  if (actor.kind === 'key') return actor;
  const user = await db.user.findUnique({ where: { id: actor.id } });
  if (user?.status === 'active' && mayRole(user.role as Role, 'policy.publish')) return { ...actor, role: user.role as Role };
  throw new ControlError(409, 'publication.requester', `${actor.name}, who scheduled it, may no longer publish policies.`);
}

function storedActor(publication: PublicationRow): Actor {
  const kind = publication.requestedKind === 'key' ? 'key' : 'user';
  return { kind, id: publication.requestedById, name: publication.requestedBy, role: kind === 'key' ? 'admin' : 'author', sessionId: null };
}
