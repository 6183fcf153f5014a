import type { RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { lasting } from '../elevations/current-elevation';
import { unexpiredGrants } from '../grants/unused-grants';
import { lockRow } from '../locate';
import type { getOffboarding as contract, updateMember } from './contract';
import type { UserRow } from './member-answer';

/** What would be affected if this person left now: what they answer for, and what waits for them. */
export async function getOffboarding(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { prisma, now } = ctx;
  const user = await prisma.user.findUnique({ where: { id: params.member } });
  if (!user) throw notFound('member', params.member);
  const agents = await prisma.agent.findMany({
    where: ownedBy(user.email),
    include: { grants: { where: unexpiredGrants(now), select: { server: { select: { slug: true } } } } },
    orderBy: { slug: 'asc' },
  });
  const waiting = { status: 'pending', expiresAt: { gt: now } };
  return {
    agents: agents.map((agent) => ({
      id: agent.id,
      slug: agent.slug,
      name: agent.name,
      status: agent.status as 'active' | 'suspended',
      grants: agent.grants.length,
      servers: [...new Set(agent.grants.map(({ server }) => server.slug))].sort(),
    })),
    grants: agents.reduce((sum, agent) => sum + agent.grants.length, 0),
    approvals: await prisma.approval.count({ where: { ...waiting, agentId: { in: agents.map(({ id }) => id) } } }),
    namedIn: await prisma.approval.count({ where: { ...waiting, approvers: { array_contains: [`user:${user.email.toLowerCase()}`] } } }),
    elevations: await prisma.grantElevation.count({ where: { ...lasting(now), grant: { agentId: { in: agents.map(({ id }) => id) } } } }),
  };
}

/** In the transaction that disables the person: their agents stop, or somebody else answers for them from now on. */
export async function settleAgents(
  tx: Transaction,
  record: RecordChange,
  ctx: ControlContext,
  leaving: UserRow,
  plan: BodyOf<typeof updateMember>['agents'] = 'suspend',
): Promise<{ readonly suspended: number; readonly handedOver: number }> {
  const heir = plan === 'suspend' ? null : await requireHeir(tx, leaving, plan.handOverTo);
  let suspended = 0;
  let handedOver = 0;
  for (const { id } of await tx.agent.findMany({ where: ownedBy(leaving.email), select: { id: true }, orderBy: { id: 'asc' } })) {
    await lockRow(tx, 'agent', id);
    const before = await tx.agent.findUniqueOrThrow({ where: { id } });
    // Whoever changed the owner a moment ago has settled it already.
    if (before.owner.toLowerCase() !== leaving.email.toLowerCase()) continue;
    if (heir === null && before.status === 'suspended') continue;
    await tx.agent.update({ where: { id }, data: { ...(heir === null ? { status: 'suspended' } : { owner: heir }), updatedAt: ctx.now } });
    await record({
      action: heir === null ? 'agent.suspend' : 'agent.hand_over',
      entity: 'agent',
      entityId: id,
      entityName: before.slug,
      before: { status: before.status, owner: before.owner },
      after: {
        status: heir === null ? 'suspended' : before.status,
        owner: heir ?? before.owner,
        reason: `${leaving.email} was disabled`,
      },
    });
    if (heir === null) suspended += 1;
    else handedOver += 1;
  }
  return { suspended, handedOver };
}

const ownedBy = (email: string) => ({ owner: { equals: email, mode: 'insensitive' as const } });

async function requireHeir(tx: Transaction, leaving: UserRow, email: string): Promise<string> {
  const heir = await tx.user.findFirst({ where: { email: { equals: email, mode: 'insensitive' } } });
  if (heir !== null && heir.status === 'active' && heir.id !== leaving.id) return heir.email;
  throw new ControlError(422, 'member.heir', `Agents are handed over to another active member, and \`${email}\` is none.`, [
    { path: '/agents/handOverTo', message: 'not another active member' },
  ]);
}
