import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateAgent, locateServer } from '../locate';
import type { createGrant as contract } from './contract';
import { grantAnswer, grantName, readGrant, recordedGrant } from './grant-answer';
import { asTime, checkTimes, policyForGrant, tokenColumns } from './grant-terms';

/** The only answer that ever holds this token. */
export async function createGrant(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const notBefore = asTime(body.notBefore);
  const expiresAt = asTime(body.expiresAt);
  checkTimes(ctx, notBefore, expiresAt);
  const token = ctx.services.makeToken();
  const row = await change(ctx, async (tx, record) => {
    const agent = await locateAgent(tx, body.agent);
    const server = await locateServer(tx, body.server);
    const policyId = await policyForGrant(tx, server, body.policy);
    const id = ctx.services.newId('grt');
    await tx.grant.create({
      data: {
        id,
        agentId: agent.id,
        serverId: server.id,
        policyId,
        label: body.label ?? null,
        scopes: body.scopes ?? [],
        purpose: body.purpose ?? null,
        notBefore,
        expiresAt,
        createdAt: ctx.now,
        createdBy: ctx.actor.name,
        tokens: { create: tokenColumns(ctx, token) },
      },
    });
    const made = await readGrant(tx, id);
    await record({ action: 'grant.create', entity: 'grant', entityId: id, entityName: grantName(made), after: recordedGrant(made) });
    return made;
  });
  return { grant: await grantAnswer(ctx, row), token };
}
