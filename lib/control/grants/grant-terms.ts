import type { ControlContext, Reader } from '../context';
import { ControlError } from '../control-error';

/** Throws 422 for an expiry that has passed or that comes before the beginning. */
export function checkTimes(ctx: ControlContext, notBefore: Date | null, expiresAt: Date | null): void {
  if (expiresAt !== null && expiresAt <= ctx.now) {
    throw new ControlError(
      422,
      'grant.expired',
      `\`expiresAt\` is in the past: it is ${ctx.now.toISOString()} now. Give a later time, or revoke the grant instead.`,
      [{ path: '/expiresAt', message: 'in the past' }],
    );
  }
  if (expiresAt !== null && notBefore !== null && notBefore >= expiresAt) {
    throw new ControlError(422, 'grant.times', 'The grant would expire before it begins. Put `notBefore` before `expiresAt`.', [
      { path: '/notBefore', message: 'not before expiresAt' },
    ]);
  }
}

/** The policy of the same server that a grant names; null for none. Throws 422 for another server's or an unknown one. */
export async function policyForGrant(
  db: Reader,
  server: { readonly id: string; readonly slug: string },
  reference: string | null | undefined,
): Promise<string | null> {
  if (reference === null || reference === undefined) return null;
  const policy = await db.policy.findFirst({
    where: reference.startsWith('pol_') ? { id: reference } : { slug: reference, serverId: server.id },
  });
  if (!policy || policy.serverId !== server.id) {
    throw new ControlError(
      422,
      'grant.policy',
      `The server \`${server.slug}\` has no policy \`${reference}\`. A grant uses a policy of its own server; save it there first.`,
      [{ path: '/policy', message: 'not a policy of this server' }],
    );
  }
  return policy.id;
}

/** The columns of a new token; the token itself goes to the caller and nowhere else. */
export function tokenColumns(ctx: ControlContext, token: string) {
  return { id: ctx.services.newId('gtok'), tokenHash: ctx.services.hashToken(token), lastFour: token.slice(-4), createdAt: ctx.now };
}

export const asTime = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);
