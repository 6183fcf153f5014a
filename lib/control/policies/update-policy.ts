import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locatePolicy, locateServer, lockRow } from '../locate';
import type { updatePolicy as contract } from './contract';
import { policyAnswer, policyEtag } from './policy-answer';
import { requireGovernor } from './policy-guards';

/** The name, and what an administrator decides: who must agree to publications, and where the policy is kept. */
export async function updatePolicy(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { name, secondPerson, managedBy } = body;
  if (name === undefined && secondPerson === undefined && managedBy === undefined)
    throw new ControlError(400, 'policy.nothing', 'Say what to change: `name`, `secondPerson` or `managedBy`.');
  if (secondPerson !== undefined || managedBy !== undefined) requireGovernor(ctx);
  const server = await locateServer(ctx.prisma, params.server);
  const { id } = await locatePolicy(ctx.prisma, server.id, params.policy);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'policy', id);
    const row = await tx.policy.findUniqueOrThrow({ where: { id } });
    requireMatch(ifMatch, policyEtag(row), 'policy');
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(secondPerson === undefined ? {} : { secondPerson }),
      ...(managedBy === undefined ? {} : { managedBy }),
    };
    await tx.policy.update({ where: { id }, data: changes });
    const before = Object.fromEntries(Object.keys(changes).map((key) => [key, row[key as keyof typeof changes]]));
    await record({
      action: 'policy.update',
      entity: 'policy',
      entityId: id,
      entityName: `${server.slug}/${row.slug}`,
      before,
      after: changes,
    });
  });
  ctx.services.events.publish('policy', { action: 'changed', server: server.slug, policy: params.policy });
  return policyAnswer(ctx.prisma, ctx, id);
}
