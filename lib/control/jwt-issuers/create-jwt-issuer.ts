import { Prisma } from '@/lib/db/generated/client';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { checkSettings, issuerTaken } from './check-settings';
import type { createJwtIssuer as contract } from './contract';
import { issuerAnswer, recordedIssuer } from './jwt-issuer-answer';

export async function createJwtIssuer(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  await checkSettings(ctx, body);
  const { jwks, agentMap, ...settings } = body;
  try {
    const row = await change(ctx, async (tx, record) => {
      const created = await tx.jwtIssuer.create({
        data: {
          ...settings,
          jwks: jwks === null ? null : JSON.stringify(jwks),
          agentMap: agentMap ?? Prisma.DbNull,
          id: ctx.services.newId('iss'),
          revision: ctx.services.randomText(),
          createdBy: ctx.actor.name,
          createdAt: ctx.now,
          updatedAt: ctx.now,
        },
      });
      await record({
        action: 'issuer.create',
        entity: 'issuer',
        entityId: created.id,
        entityName: created.issuer,
        after: recordedIssuer(created),
      });
      return created;
    });
    return issuerAnswer(row);
  } catch (error) {
    throw isUniqueViolation(error) ? issuerTaken(body.issuer) : error;
  }
}
