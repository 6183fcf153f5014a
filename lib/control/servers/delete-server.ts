import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locateServer, lockRow } from '../locate';
import type { deleteServer as contract } from './contract';
import { recordedServer, serverEtag } from './server-answer';

/** Deletes the server with its tools, secrets, policies and grants, and says what that broke. The audit trail stays. */
export async function deleteServer(
  ctx: ControlContext,
  { params, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { id, slug } = await locateServer(ctx.prisma, params.server);
  const broke = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', id);
    const row = await tx.server.findUniqueOrThrow({ where: { id } });
    requireMatch(ifMatch, serverEtag(row), 'server');
    const policies = await tx.policy.findMany({ where: { serverId: id }, select: { slug: true } });
    const grants = await tx.grant.findMany({ where: { serverId: id, status: 'active' }, select: { agent: { select: { slug: true } } } });
    const consequences = {
      tools: await tx.tool.count({ where: { serverId: id } }),
      policies: policies.map((policy) => policy.slug).sort(),
      grants: grants.length,
      agents: [...new Set(grants.map((grant) => grant.agent.slug))].sort(),
    };
    await tx.server.delete({ where: { id } });
    await record({
      action: 'server.delete',
      entity: 'server',
      entityId: id,
      entityName: slug,
      before: { ...recordedServer(row), ...consequences },
    });
    return consequences;
  });
  await ctx.services.stopServer(id);
  ctx.services.events.publish('server', { action: 'deleted', server: slug });
  return { deleted: { id, slug }, broke };
}
