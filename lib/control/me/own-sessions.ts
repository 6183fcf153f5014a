import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { endOwnSession as endContract, listOwnSessions as listContract } from './contract';
import { requirePerson } from './require-person';

/** Newest first; there are never so many that they need pages. */
export async function listOwnSessions(ctx: ControlContext): Promise<AnswerOf<typeof listContract>> {
  const person = requirePerson(ctx);
  const rows = await ctx.prisma.session.findMany({
    where: { userId: person.id, expiresAt: { gt: ctx.now } },
    orderBy: { createdAt: 'desc' },
    take: 200,
  });
  const items = rows.map((row) => ({
    id: row.id,
    current: row.id === person.sessionId,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    userAgent: row.userAgent,
    ip: row.ip,
  }));
  return { items, nextCursor: null };
}

export async function endOwnSession(ctx: ControlContext, { params }: VerbInput<typeof endContract>): Promise<null> {
  const person = requirePerson(ctx);
  await change(ctx, async (tx, record) => {
    const { count } = await tx.session.deleteMany({ where: { id: params.session, userId: person.id } });
    if (count === 0) throw notFound('session', params.session);
    await record({
      action: 'session.end',
      entity: 'member',
      entityId: person.id,
      entityName: person.name,
      before: { session: params.session },
    });
  });
  return null;
}
