import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateAgent } from '../locate';
import { confirmPassword } from '../me/confirm-password';
import { decodeCursor, pageOf } from '../paging';
import { storableText } from '../storable';
import type { LegalHold, liftHold as liftContract, listHolds as listContract, placeHold as placeContract } from './contract';

type Row = NonNullable<Awaited<ReturnType<ControlContext['prisma']['legalHold']['findUnique']>>>;

export async function listHolds(ctx: ControlContext, { query }: VerbInput<typeof listContract>): Promise<AnswerOf<typeof listContract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.legalHold.findMany({
    where: {
      ...(after ? { id: { lt: after[0] as string } } : {}),
      ...(query.status ? { liftedAt: query.status === 'standing' ? null : { not: null } } : {}),
    },
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => answerOf(ctx, row)),
  );
}

/** Waits for a removal that is under way: whoever gets a hold has it, for everything that is still there. */
export async function placeHold(ctx: ControlContext, { body }: VerbInput<typeof placeContract>): Promise<LegalHold> {
  const startsAt = body.from ? new Date(body.from) : null;
  const endsAt = body.to ? new Date(body.to) : null;
  if (startsAt && endsAt && startsAt >= endsAt) {
    throw new ControlError(422, 'hold.time', 'The hold ends before it starts.', [{ path: '/to', message: 'must be later than `from`' }]);
  }
  return change(ctx, async (tx, record) => {
    const agent = body.agent === undefined ? null : await locateAgent(tx, body.agent);
    const row = await tx.legalHold.create({
      data: {
        id: ctx.services.newId('lgh'),
        agentId: agent?.id ?? null,
        agentSlug: agent?.slug ?? null,
        startsAt,
        endsAt,
        reason: storableText(body.reason),
        placedAt: ctx.now,
        placedById: ctx.actor.id,
        placedBy: ctx.actor.name,
      },
    });
    await record({
      action: 'hold.place',
      entity: 'hold',
      entityId: row.id,
      entityName: nameOf(row),
      after: { agent: row.agentSlug, from: startsAt?.toISOString() ?? null, to: endsAt?.toISOString() ?? null, reason: row.reason },
    });
    return answerOf(ctx, row);
  });
}

/** Two people take part in letting go of what somebody wanted kept: whoever placed the hold cannot lift it. */
export async function liftHold(ctx: ControlContext, { params, body }: VerbInput<typeof liftContract>): Promise<LegalHold> {
  const { actor } = ctx;
  const standing = await ctx.prisma.legalHold.findUnique({ where: { id: params.hold } });
  if (standing === null) throw notFound('legal hold', params.hold);
  if (standing.placedById === actor.id) {
    throw new ControlError(403, 'hold.own', 'You placed this hold, so somebody else has to lift it. Ask another admin.');
  }
  if (actor.kind === 'user') {
    if (body.password === undefined) {
      throw new ControlError(422, 'hold.password', 'What a hold kept may be removed for good, so lifting it asks for your password.', [
        { path: '/password', message: 'give your password again to lift a hold' },
      ]);
    }
    await confirmPassword(ctx, actor, body.password, '/password');
  }
  return change(ctx, async (tx, record) => {
    const data = { liftedAt: ctx.now, liftedBy: actor.name, liftReason: storableText(body.reason) };
    const { count } = await tx.legalHold.updateMany({ where: { id: params.hold, liftedAt: null }, data });
    if (count === 0) throw new ControlError(409, 'hold.lifted', 'This hold is lifted already.');
    await record({
      action: 'hold.lift',
      entity: 'hold',
      entityId: standing.id,
      entityName: nameOf(standing),
      before: { reason: standing.reason, placedBy: standing.placedBy },
      after: { reason: body.reason },
    });
    return answerOf(ctx, { ...standing, ...data });
  });
}

const nameOf = ({ agentSlug }: Row): string => (agentSlug === null ? 'all calls' : `calls of ${agentSlug}`);

function answerOf(ctx: ControlContext, { agentId, agentSlug, startsAt, endsAt, ...row }: Row): LegalHold {
  return {
    id: row.id,
    agent: agentId === null || agentSlug === null ? null : { id: agentId, slug: agentSlug },
    from: startsAt?.toISOString() ?? null,
    to: endsAt?.toISOString() ?? null,
    reason: row.reason,
    placedAt: row.placedAt.toISOString(),
    placedBy: row.placedBy,
    mine: row.placedById === ctx.actor.id,
    liftedAt: row.liftedAt?.toISOString() ?? null,
    liftedBy: row.liftedBy,
    liftReason: row.liftReason,
  };
}
