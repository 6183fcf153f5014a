import { Prisma } from '@/lib/db/generated/client';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { lockRow } from '../locate';
import { checkSettings, issuerTaken } from './check-settings';
import type { updateJwtIssuer as contract, deleteJwtIssuer as deletion } from './contract';
import { issuerAnswer, issuerEtag, locateIssuer, recordedIssuer } from './jwt-issuer-answer';

const ACTIONS = { active: 'issuer.enable', disabled: 'issuer.disable' } as const;

/** Giving keys takes the place of their address, and the other way round. */
export async function updateJwtIssuer(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateIssuer(ctx.prisma, params.issuer);
  try {
    const row = await change(ctx, async (tx, record) => {
      await lockRow(tx, 'issuer', id);
      const before = await locateIssuer(tx, id);
      requireMatch(ifMatch, issuerEtag(before), 'issuer');
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as typeof body;
      if (given.jwks != null && given.jwksUrl === undefined) given.jwksUrl = null;
      if (given.jwksUrl != null && given.jwks === undefined) given.jwks = null;
      await checkSettings(ctx, { ...issuerAnswer(before), ...given });
      const { jwks, agentMap, ...settings } = given;
      const after = await tx.jwtIssuer.update({
        where: { id },
        data: {
          ...settings,
          ...(jwks === undefined ? {} : { jwks: jwks === null ? null : JSON.stringify(jwks) }),
          ...(agentMap === undefined ? {} : { agentMap: agentMap ?? Prisma.DbNull }),
          revision: ctx.services.randomText(),
          updatedAt: ctx.now,
        },
      });
      await record({
        action: body.status !== undefined && body.status !== before.status ? ACTIONS[body.status] : 'issuer.update',
        entity: 'issuer',
        entityId: id,
        entityName: after.issuer,
        before: recordedIssuer(before),
        after: recordedIssuer(after),
      });
      return after;
    });
    return issuerAnswer(row);
  } catch (error) {
    throw isUniqueViolation(error) ? issuerTaken(body.issuer ?? '') : error;
  }
}

export async function deleteJwtIssuer(ctx: ControlContext, { params, ifMatch }: VerbInput<typeof deletion>): Promise<null> {
  const { id } = await locateIssuer(ctx.prisma, params.issuer);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'issuer', id);
    const row = await locateIssuer(tx, id);
    requireMatch(ifMatch, issuerEtag(row), 'issuer');
    await tx.jwtIssuer.delete({ where: { id } });
    await record({ action: 'issuer.delete', entity: 'issuer', entityId: id, entityName: row.issuer, before: recordedIssuer(row) });
  });
  return null;
}
