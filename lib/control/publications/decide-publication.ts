import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { PolicyRow } from '../policies/policy-answer';
import { OPEN_STATUSES } from './close-publication';
import type {
  approvePublication as approval,
  PublicationAnswer,
  rejectPublication as rejection,
  withdrawPublication as withdrawal,
} from './contract';
import { cannotApprove, type PublicationRow, readPublication } from './publication-answer';
import { publishWaiting } from './publish-waiting';

/** Yes to exactly the text that was asked for. Published at once, or at its time when that is still to come. */
export async function approvePublication(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof approval>,
): Promise<AnswerOf<typeof approval>> {
  return decide(ctx, params.publication, async (tx, record, { publication, policy, server, name }) => {
    requireSecondPerson(ctx, publication);
    if (body.digest !== undefined && body.digest !== publication.textSha256)
      throw new ControlError(409, 'publication.changed', 'Another text waits than the one you read. Read it again, then decide.', [
        { path: '/digest', message: `the text is ${publication.textSha256}` },
      ]);
    const later = publication.dueAt !== null && publication.dueAt > ctx.now;
    if (later) {
      await tx.publication.update({
        where: { id: publication.id },
        data: { status: 'scheduled', approvedBy: ctx.actor.name, approvedAt: ctx.now },
      });
    } else await publishWaiting(tx, ctx, record, { policy, server, publication, approvedBy: ctx.actor.name });
    await record({
      action: 'publication.approve',
      entity: 'publication',
      entityId: publication.id,
      entityName: name,
      before: { status: publication.status },
      after: { status: later ? 'scheduled' : 'published', textSha256: publication.textSha256, requestedBy: publication.requestedBy },
    });
  });
}

/** No, and why. The draft stays with its author. */
export async function rejectPublication(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof rejection>,
): Promise<AnswerOf<typeof rejection>> {
  return decide(ctx, params.publication, async (tx, record, facts) => {
    requireSecondPerson(ctx, facts.publication);
    await close(tx, ctx, record, facts, 'rejected', body.reason);
  });
}

/** Stops what waits; whoever may publish may stop, because it changes nothing for agents. */
export async function withdrawPublication(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof withdrawal>,
): Promise<AnswerOf<typeof withdrawal>> {
  return decide(ctx, params.publication, async (tx, record, facts) => {
    await close(tx, ctx, record, facts, 'withdrawn', body.reason ?? null);
  });
}

interface Facts {
  readonly publication: PublicationRow;
  readonly policy: PolicyRow;
  readonly server: { readonly id: string; readonly slug: string };
  readonly name: string;
}

/** Reads everything under the policy's row lock, which every publication of it takes first. */
async function decide(
  ctx: ControlContext,
  id: string,
  work: (tx: Transaction, record: RecordChange, facts: Facts) => Promise<void>,
): Promise<PublicationAnswer> {
  const found = await ctx.prisma.publication.findUnique({ where: { id }, select: { policyId: true } });
  if (!found) throw notFound('publication', id);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'policy', found.policyId);
    const publication = await tx.publication.findUnique({ where: { id } });
    if (!publication) throw notFound('publication', id);
    if (!(OPEN_STATUSES as readonly string[]).includes(publication.status)) throw closedAlready(publication);
    const policy = await tx.policy.findUniqueOrThrow({ where: { id: found.policyId } });
    const server = await tx.server.findUniqueOrThrow({ where: { id: policy.serverId }, select: { id: true, slug: true } });
    await work(tx, record, { publication, policy, server, name: `${server.slug}/${policy.slug}` });
  });
  const answer = await readPublication(ctx.prisma, ctx, id);
  ctx.services.events.publish('policy', { action: answer.status, server: answer.server.slug, policy: answer.policy.slug, publication: id });
  return answer;
}

function requireSecondPerson(ctx: ControlContext, publication: PublicationRow): void {
  if (publication.status !== 'awaiting_review')
    throw new ControlError(409, 'publication.not_waiting', 'It does not wait for a second person. Withdraw it to stop it.');
  const refusal = cannotApprove(ctx.actor, publication);
  if (refusal !== null) throw new ControlError(403, 'publication.own', refusal);
}

function closedAlready(publication: PublicationRow): ControlError {
  const by = publication.closedBy ?? publication.approvedBy;
  return new ControlError(
    409,
    'publication.closed',
    `It was already ${publication.status}${by ? ` by ${by}` : ''}${publication.closedBecause ? `: ${publication.closedBecause}` : '.'}`,
  );
}

async function close(
  tx: Transaction,
  ctx: ControlContext,
  record: RecordChange,
  { publication, name }: Facts,
  status: 'rejected' | 'withdrawn',
  because: string | null,
): Promise<void> {
  await tx.publication.update({
    where: { id: publication.id },
    data: { status, closedAt: ctx.now, closedBy: ctx.actor.name, closedBecause: because },
  });
  await record({
    action: `publication.${status === 'rejected' ? 'reject' : 'withdraw'}`,
    entity: 'publication',
    entityId: publication.id,
    entityName: name,
    before: { status: publication.status },
    after: { status, because },
  });
}
