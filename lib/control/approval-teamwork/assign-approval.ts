import { mayRole, type Role } from '@/lib/domain/roles';
import type { ApprovalRow, Onlooker } from '../approvals/approval-answer';
import { decisionOf, isOwner, readApproval, readOnlooker } from '../approvals/approval-answer';
import { answerOne } from '../approvals/surround';
import { requirePending, underLock } from '../approvals/under-lock';
import type { ControlContext, Reader, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { assignApproval as assigning, listApprovalCandidates as candidates } from './contract';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly status: string;
}

/** Names of whom one can ask: for more people than this a rule names a role, and one knows whom one means. */
const CANDIDATES_MAX = 200;

export async function listApprovalCandidates(
  ctx: ControlContext,
  { params }: VerbInput<typeof candidates>,
): Promise<AnswerOf<typeof candidates>> {
  const row = await readApproval(ctx.prisma, params.approval);
  const onlooker = await readOnlooker(ctx.prisma, ctx, [row.agentId]);
  const people = await ctx.prisma.user.findMany({
    where: { status: 'active', id: { not: ctx.actor.id } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });
  const items = people.filter((person) => whyNot(person, row, onlooker) === null).slice(0, CANDIDATES_MAX);
  return { items: items.map(({ id, name, email }) => ({ id, name, email })) };
}

/** Names somebody whose decision is hoped for. It gives nobody a right and takes none away. */
export async function assignApproval(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof assigning>,
): Promise<AnswerOf<typeof assigning>> {
  const id = await underLock(ctx, params.approval, async (tx, record, row) => {
    requirePending(row, ctx.now);
    const onlooker = await readOnlooker(tx, ctx, [row.agentId]);
    if (isOwner(row, onlooker))
      throw new ControlError(403, 'approval.not_eligible', 'You own the agent that asks, so whom to ask is not yours to say.');
    const to = body.to === null ? null : await personOf(tx, body.to);
    const refusal = to === null ? null : whyNot(to, row, onlooker);
    if (to !== null && refusal !== null)
      throw new ControlError(422, 'approval.cannot_decide', `${to.name} cannot decide this. ${refusal}`, [
        { path: '/to', message: refusal },
      ]);
    await tx.approval.update({
      where: { id: row.id },
      data: {
        assignedTo: to?.id ?? null,
        assignedName: to?.name ?? null,
        assignedBy: to === null ? null : ctx.actor.name,
        assignedAt: to === null ? null : ctx.now,
      },
    });
    await record({
      action: 'approval.assign',
      before: { assigned: row.assignedName },
      after: { digest: row.digest, assigned: to?.name ?? null },
    });
    return row.id;
  });
  return answerOne(ctx, id);
}

async function personOf(db: Reader, reference: string): Promise<Person> {
  const person = reference.includes('@')
    ? await db.user.findFirst({ where: { email: { equals: reference.trim(), mode: 'insensitive' } } })
    : await db.user.findUnique({ where: { id: reference } });
  if (person) return person;
  throw new ControlError(422, 'approval.no_such_person', 'There is no such person here.', [{ path: '/to', message: 'no member' }]);
}

/** Why this person could not decide the request, as a sentence about them; null when they could. */
function whyNot(person: Person, row: ApprovalRow, { owners }: Onlooker): string | null {
  if (person.status !== 'active') return 'The account is disabled.';
  const role = person.role as Role;
  const actor = { kind: 'user', id: person.id, name: person.name, role, sessionId: null } as const;
  if (!mayRole(role, 'approval.decide')) return 'Deciding needs the role Approver or Admin.';
  const seen = { email: person.email, owners };
  if (decisionOf({ actor }, row, seen).may) return null;
  if (isOwner(row, seen)) return 'They own the agent that asks.';
  if (row.votes.some(({ voterId }) => voterId === person.id)) return 'They have agreed already.';
  return 'The rule does not name them.';
}
