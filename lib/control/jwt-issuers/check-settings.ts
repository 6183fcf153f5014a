import { readJwks } from '@/lib/domain/jwt/read-jwks';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import type { JwtIssuerAnswer } from './contract';

/** Throws 422 when keys and address do not go together, cannot be used, or must not be reached from here. */
export async function checkSettings(
  ctx: ControlContext,
  { issuer, jwksUrl, jwks }: Pick<JwtIssuerAnswer, 'issuer' | 'jwksUrl' | 'jwks'>,
): Promise<void> {
  const { search, hash, username, password } = new URL(issuer);
  if (search !== '' || hash !== '' || username !== '' || password !== '')
    throw problem('issuer', '/issuer', 'An issuer is an address without query, fragment and credentials.');
  if ((jwksUrl === null) === (jwks === null))
    throw problem('keys', '/jwksUrl', 'Give either the address of the keys (`jwksUrl`) or the keys themselves (`jwks`).');
  if (jwks !== null) {
    const keys = readJwks(JSON.stringify(jwks));
    if (!keys.ok) throw problem('keys', '/jwks', keys.error);
  }
  if (jwksUrl === null) return;
  const verdict = await ctx.services.egressCheck(jwksUrl);
  if (!verdict.ok) throw problem('egress', '/jwksUrl', `${verdict.error.message} ${verdict.error.fix}`);
}

function problem(code: string, path: string, message: string): ControlError {
  return new ControlError(422, `issuer.${code}`, message, [{ path, message }]);
}

export const issuerTaken = (issuer: string): ControlError =>
  new ControlError(409, 'issuer.taken', `The issuer ${issuer} is configured already. Change that one.`, [
    { path: '/issuer', message: 'already configured' },
  ]);
