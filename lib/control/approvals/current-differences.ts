import { type ApprovalDifference, differencesBetween } from '@/lib/domain/approval/approval-binding';
import type { ControlContext, Reader } from '../context';
import { policyInForce } from '../elevations/current-elevation';
import { type ApprovalRow, bindingOf } from './approval-answer';

/**
 * What is no longer as it was shown: policy version, tool definitions, grant, agent, its owner, server. Empty when the
 * call would still be the one that was asked for. The gateway looks again when the approval is used.
 */
export async function currentDifferences(db: Reader, ctx: Pick<ControlContext, 'now'>, row: ApprovalRow): Promise<ApprovalDifference[]> {
  const was = bindingOf(row);
  const grant = await db.grant.findUnique({ where: { id: was.grant.id }, include: { agent: true, server: true } });
  if (grant === null) return [gone('grant', was.grant.id, 'deleted')];
  const ended: ApprovalDifference[] = [];
  if (grant.status !== 'active') ended.push(gone('grant', 'active', grant.status));
  if (grant.expiresAt !== null && grant.expiresAt <= ctx.now) ended.push(gone('grant', 'active', 'expired'));
  if (grant.agent.status !== 'active') ended.push(gone('agent', 'active', grant.agent.status));
  if (grant.server.status !== 'active') ended.push(gone('server', 'active', grant.server.status));
  const owner = await db.user.findFirst({ where: { email: { equals: grant.agent.owner, mode: 'insensitive' } }, select: { status: true } });
  if (owner !== null && owner.status !== 'active') ended.push(gone('owner', 'active', owner.status));
  const tools = await db.tool.findMany({
    where: { serverId: was.server, name: { in: [...was.tools] }, removedAt: null },
    select: { name: true, digest: true, status: true },
  });
  for (const tool of tools)
    if (tool.status !== 'active') ended.push(gone('definition', `${tool.name} active`, `${tool.name} ${tool.status}`));
  if (ended.length > 0) return ended;
  const policyId = await policyInForce(db, grant, ctx.now);
  const policy = policyId === null ? null : await db.policy.findUnique({ where: { id: policyId }, select: { liveVersion: true } });
  return [
    ...differencesBetween(was, {
      ...was,
      agent: grant.agentId,
      server: grant.serverId,
      definitions: was.tools.map((name) => tools.find((tool) => tool.name === name)?.digest ?? null),
      policy: { id: policyId ?? '(none)', version: policy?.liveVersion ?? 0 },
      grant: { id: grant.id, scopes: (grant.scopes as unknown[]).map(String), purpose: grant.purpose },
    }),
  ];
}

const gone = (what: ApprovalDifference['what'], was: string, is: string): ApprovalDifference => ({ what, was, is });
