import { ELEVATION_REQUEST_MS } from '@/lib/domain/elevation';
import { mayRole } from '@/lib/domain/roles';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { grantName, readGrant, stateOf } from '../grants/grant-answer';
import { policyForGrant } from '../grants/grant-terms';
import { lockRow } from '../locate';
import type { requestElevation as contract } from './contract';
import { elevationsOf } from './current-elevation';
import { elevationAnswer, emailOf, isOwner, readElevation } from './elevation-answer';

/** A request and nothing more: the grant goes on as it is until somebody else has agreed. */
export async function requestElevation(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const id = ctx.services.newId('elv');
  const email = await emailOf(ctx.prisma, ctx);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'grant', params.grant);
    const grant = await readGrant(tx, params.grant);
    await requireAsker(tx, ctx, grant.agentId, email);
    const state = stateOf(grant, ctx.now);
    if (state === 'revoked' || state === 'expired')
      throw new ControlError(
        409,
        `grant.${state}`,
        `The grant is ${state}, so more access would change nothing. Make a new grant instead.`,
      );
    const policyId = (await policyForGrant(tx, grant.server, body.policy)) as string;
    await requireElevatable(tx, grant, policyId);
    await requireNone(tx, ctx, grant.id);
    const row = await tx.grantElevation.create({
      data: {
        id,
        grantId: grant.id,
        policyId,
        durationMs: Math.round(body.minutes * 60_000),
        reason: body.reason,
        requestedKind: ctx.actor.kind,
        requestedId: ctx.actor.id,
        requestedBy: ctx.actor.name,
        createdAt: ctx.now,
        expiresAt: new Date(ctx.now.getTime() + ELEVATION_REQUEST_MS),
      },
    });
    await record({
      action: 'elevation.request',
      entity: 'grant',
      entityId: grant.id,
      entityName: grantName(grant),
      after: { elevation: id, policy: body.policy, minutes: row.durationMs / 60_000, reason: row.reason },
    });
  });
  return elevationAnswer(ctx, await readElevation(ctx.prisma, id), email);
}

async function requireAsker(tx: Transaction, ctx: ControlContext, agentId: string, email: string | null): Promise<void> {
  const { owner } = await tx.agent.findUniqueOrThrow({ where: { id: agentId }, select: { owner: true } });
  const { role } = ctx.actor;
  if ((role !== null && mayRole(role, 'grant.write')) || isOwner(email, owner)) return;
  throw new ControlError(403, 'elevation.not_owner', 'Only the owner of the agent and admins ask for more access. Ask one of them.');
}

async function requireElevatable(tx: Transaction, grant: { readonly policyId: string | null }, policyId: string): Promise<void> {
  const detail = [{ path: '/policy', message: 'not a policy to change to' }];
  if (grant.policyId === policyId)
    throw new ControlError(422, 'elevation.same_policy', 'The grant uses this policy already. Name another one of its server.', detail);
  const policy = await tx.policy.findUniqueOrThrow({ where: { id: policyId }, select: { liveVersion: true } });
  if (policy.liveVersion === null)
    throw new ControlError(
      422,
      'elevation.not_published',
      'This policy was never published, so everything would be denied under it.',
      detail,
    );
}

async function requireNone(tx: Transaction, ctx: ControlContext, grantId: string): Promise<void> {
  const lasting = (await elevationsOf(tx, [grantId], ctx.now)).get(grantId);
  if (lasting)
    throw new ControlError(
      409,
      'elevation.active',
      `The grant uses \`${lasting.policy.slug}\` already, until ${lasting.untilAt?.toISOString() ?? 'later'}. End that first, or wait.`,
    );
  const waiting = await tx.grantElevation.findFirst({ where: { grantId, status: 'pending' } });
  if (waiting && waiting.expiresAt > ctx.now)
    throw new ControlError(
      409,
      'elevation.pending',
      `A request of ${waiting.requestedBy} for this grant waits already. Decide it or take it back first.`,
    );
  // What nobody decided in time makes room; the index lets only one request of a grant wait.
  if (waiting) await tx.grantElevation.update({ where: { id: waiting.id }, data: { status: 'withdrawn' } });
}
