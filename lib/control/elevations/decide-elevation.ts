import { elevationStatusAt } from '@/lib/domain/elevation';
import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { stateOf } from '../grants/grant-answer';
import { lockRow } from '../locate';
import type { approveElevation as approval, denyElevation as denial, ElevationAnswer, endElevation as ending } from './contract';
import { elevationsOf } from './current-elevation';
import { decisionOf, type ElevationRow, elevationAnswer, emailOf, endingOf, readElevation } from './elevation-answer';

/** From now on, by the database's clock, and for exactly as long as was asked. */
export async function approveElevation(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof approval>,
): Promise<AnswerOf<typeof approval>> {
  return settle(ctx, params.elevation, async (tx, record, row, email) => {
    requireDecider(ctx, row, email);
    const grant = await tx.grant.findUniqueOrThrow({ where: { id: row.grantId } });
    const state = stateOf(grant, ctx.now);
    if (state === 'revoked' || state === 'expired')
      throw new ControlError(409, `grant.${state}`, `The grant is ${state}, so more access would change nothing. Deny the request.`);
    if (row.policy.liveVersion === null)
      throw new ControlError(409, 'elevation.not_published', 'The policy is not published any more: everything would be denied under it.');
    if ((await elevationsOf(tx, [row.grantId], ctx.now)).size > 0)
      throw new ControlError(409, 'elevation.active', 'The grant is elevated already. End that first, or wait until it is over.');
    const untilAt = new Date(ctx.now.getTime() + row.durationMs);
    await tx.grantElevation.update({
      where: { id: row.id },
      data: { status: 'approved', ...decidedBy(ctx, body.reason), startsAt: ctx.now, untilAt },
    });
    await record({
      ...entityOf(row),
      action: 'elevation.approve',
      before: { policy: row.grant.policy?.slug ?? null },
      after: { elevation: row.id, policy: row.policy.slug, until: untilAt, askedBy: row.requestedBy, reason: body.reason ?? null },
    });
  });
}

export async function denyElevation(ctx: ControlContext, { params, body }: VerbInput<typeof denial>): Promise<AnswerOf<typeof denial>> {
  return settle(ctx, params.elevation, async (tx, record, row, email) => {
    requireDecider(ctx, row, email);
    await tx.grantElevation.update({ where: { id: row.id }, data: { status: 'denied', ...decidedBy(ctx, body.reason) } });
    await record({
      ...entityOf(row),
      action: 'elevation.deny',
      after: { elevation: row.id, policy: row.policy.slug, askedBy: row.requestedBy, reason: body.reason },
    });
  });
}

/** Takes effect with the next call, as revoking does. */
export async function endElevation(ctx: ControlContext, { params, body }: VerbInput<typeof ending>): Promise<AnswerOf<typeof ending>> {
  return settle(ctx, params.elevation, async (tx, record, row, email) => {
    const { may, why } = endingOf(ctx, row, email);
    if (!may) throw new ControlError(403, 'elevation.not_yours', why);
    const status = elevationStatusAt(row, ctx.now);
    if (status !== 'pending' && status !== 'active') throw over(row, ctx.now);
    const next = status === 'pending' ? 'withdrawn' : 'ended';
    await tx.grantElevation.update({
      where: { id: row.id },
      data: { status: next, endedAt: ctx.now, endedBy: ctx.actor.name, endReason: body.reason ?? null },
    });
    await record({
      ...entityOf(row),
      action: next === 'ended' ? 'elevation.end' : 'elevation.withdraw',
      before: { policy: row.policy.slug, until: row.untilAt },
      after: { elevation: row.id, policy: row.grant.policy?.slug ?? null, reason: body.reason ?? null },
    });
  });
}

/** Under the lock of the grant, so that a grant never has two elevations. */
async function settle(
  ctx: ControlContext,
  id: string,
  work: (tx: Transaction, record: RecordChange, row: ElevationRow, email: string | null) => Promise<void>,
): Promise<ElevationAnswer> {
  const { grantId } = await readElevation(ctx.prisma, id);
  const email = await emailOf(ctx.prisma, ctx);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'grant', grantId);
    await work(tx, record, await readElevation(tx, id), email);
  });
  return elevationAnswer(ctx, await readElevation(ctx.prisma, id), email);
}

function requireDecider(ctx: ControlContext, row: ElevationRow, email: string | null): void {
  const { may, why } = decisionOf(ctx, row, email);
  if (!may) throw new ControlError(403, 'elevation.not_eligible', why);
  if (elevationStatusAt(row, ctx.now) !== 'pending') throw over(row, ctx.now);
}

function over(row: ElevationRow, now: Date): ControlError {
  const by = row.decidedBy === null ? '' : ` by ${row.decidedBy}`;
  const words: Record<ElevationAnswer['status'], string> = {
    pending: 'It waits already.',
    active: `It was already approved${by}.`,
    over: 'Its time is over; the grant has fallen back by itself.',
    ended: `It was already ended by ${row.endedBy ?? 'somebody'}.`,
    denied: `It was already denied${by}.`,
    withdrawn: 'It was taken back.',
    lapsed: 'Nobody decided in time. Ask again.',
  };
  return new ControlError(409, 'elevation.over', words[elevationStatusAt(row, now)]);
}

const decidedBy = (ctx: ControlContext, reason: string | undefined) => ({
  decidedId: ctx.actor.id,
  decidedBy: ctx.actor.name,
  decidedAt: ctx.now,
  decidedReason: reason ?? null,
});

const entityOf = (row: ElevationRow) => ({
  entity: 'grant',
  entityId: row.grantId,
  entityName: `${row.grant.agent.slug} → ${row.grant.server.slug}`,
});
