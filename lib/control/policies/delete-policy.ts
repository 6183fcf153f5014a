import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locatePolicy, locateServer, lockRow } from '../locate';
import type { deletePolicy as contract } from './contract';
import { policyEtag } from './policy-answer';
import { requireUnmanaged } from './policy-guards';

/** Deletes a policy; its grants stay and deny everything, which is the safe side. */
export async function deletePolicy(
  ctx: ControlContext,
  { params, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const { id, slug } = await locatePolicy(ctx.prisma, server.id, params.policy);
  const broke = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'policy', id);
    const row = await tx.policy.findUniqueOrThrow({
      where: { id },
      include: { grants: { where: { status: 'active' }, select: { agent: { select: { slug: true } } } } },
    });
    requireMatch(ifMatch, policyEtag(row), 'policy');
    requireUnmanaged(ctx, row);
    const consequences = { grants: row.grants.length, agents: [...new Set(row.grants.map((grant) => grant.agent.slug))].sort() };
    await tx.policy.delete({ where: { id } });
    await record({
      action: 'policy.delete',
      entity: 'policy',
      entityId: id,
      entityName: `${server.slug}/${slug}`,
      before: { name: row.name, liveVersion: row.liveVersion, ...consequences },
    });
    return consequences;
  });
  ctx.services.events.publish('policy', { action: 'deleted', server: server.slug, policy: slug });
  return { deleted: { id, slug }, broke };
}
