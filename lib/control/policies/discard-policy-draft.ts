import { sha256Hex } from '@/lib/kernel/digest';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locatePolicy, locateServer, lockRow } from '../locate';
import type { discardPolicyDraft as contract } from './contract';
import { policyAnswer, policyEtag } from './policy-answer';
import { requireUnmanaged } from './policy-guards';
import { resetReview } from './reset-review';

export async function discardPolicyDraft(
  ctx: ControlContext,
  { params, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const { id } = await locatePolicy(ctx.prisma, server.id, params.policy);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'policy', id);
    const row = await tx.policy.findUniqueOrThrow({ where: { id } });
    requireMatch(ifMatch, policyEtag(row), 'policy');
    requireUnmanaged(ctx, row);
    if (row.draftText === null) throw new ControlError(409, 'policy.no_draft', 'The policy has no draft to discard.');
    await tx.policy.update({
      where: { id },
      data: { draftText: null, draftBaseVersion: null, draftUpdatedAt: ctx.now, draftUpdatedBy: ctx.actor.name, draftEditors: [] },
    });
    await record({
      action: 'policy.discard_draft',
      entity: 'policy',
      entityId: id,
      entityName: `${server.slug}/${row.slug}`,
      before: { draftSha256: sha256Hex(row.draftText) },
    });
    await resetReview(tx, ctx, record, row, server.slug, null);
  });
  ctx.services.events.publish('policy', { action: 'drafted', server: server.slug, policy: params.policy });
  return policyAnswer(ctx.prisma, ctx, id);
}
