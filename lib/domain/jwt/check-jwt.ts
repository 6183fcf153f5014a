import type { JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import type { JwtIssuer } from './jwt-issuer';
import { type JwtProblem, jwtProblem, type UnverifiedJwt } from './read-jwt';

type Checked = Result<null, JwtProblem>;
const FINE: Checked = ok(null);
const KID_CHARACTERS_MAX = 256;
const JTI_CHARACTERS_MAX = 256;
/** Members that would have the token say which key verifies it. */
const KEYS_OF_THE_TOKEN = ['jku', 'x5u', 'jwk', 'x5c'] as const;

/** Everything about the header that needs no key. Keys come from the configuration alone. */
export function checkHeader({ header }: UnverifiedJwt, issuer: JwtIssuer): Checked {
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string' || !(issuer.algorithms as readonly string[]).includes(alg))
    return jwtProblem('jwt_alg', 'The token is not signed with an algorithm that its issuer may use.');
  if ('crit' in header) return jwtProblem('jwt_header', 'The token asks for extensions (crit), which are not understood.');
  if ('b64' in header) return jwtProblem('jwt_header', 'The token has an unencoded payload (b64).');
  for (const member of KEYS_OF_THE_TOKEN)
    if (member in header) return jwtProblem('jwt_header', `The token brings its own key (${member}), which is never used.`);
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > KID_CHARACTERS_MAX))
    return jwtProblem('jwt_kid', 'The key id of the token is not a short text.');
  if (issuer.typ !== null && (typeof typ !== 'string' || mediaType(typ) !== mediaType(issuer.typ)))
    return jwtProblem('jwt_typ', `The token is not of the type ${issuer.typ}.`);
  return FINE;
}

/** RFC 7515 4.1.9: `at+jwt` is short for `application/at+jwt`. */
function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.includes('/') ? lower : `application/${lower}`;
}

/**
 * The claims, once the signature holds or before: `exp` and `iat` are required, times are seconds, `nowMs` is epoch
 * milliseconds. `resources` are the addresses that name the called endpoint, for issuers without audiences of their own.
 */
export function checkClaims({ claims }: UnverifiedJwt, issuer: JwtIssuer, resources: readonly string[], nowMs: number): Checked {
  if (claims.iss !== issuer.issuer) return jwtProblem('jwt_iss', 'The token is of another issuer.');
  if (!hasAudience(claims, issuer.audiences.length > 0 ? issuer.audiences : resources))
    return jwtProblem('jwt_aud', 'The token is not meant for this gateway (aud).');
  const { exp, iat, nbf } = claims;
  const now = nowMs / 1000;
  const tolerance = issuer.toleranceSeconds;
  if (!isTime(exp)) return jwtProblem('jwt_exp', 'The token does not say when it expires (exp).');
  if (now >= exp + tolerance) return jwtProblem('jwt_exp', 'The token has expired.');
  if (nbf !== undefined && !isTime(nbf)) return jwtProblem('jwt_nbf', 'The time from which the token is valid (nbf) is not a time.');
  if (nbf !== undefined && nbf > now + tolerance) return jwtProblem('jwt_nbf', 'The token is not valid yet.');
  if (!isTime(iat)) return jwtProblem('jwt_iat', 'The token does not say when it was issued (iat).');
  if (iat > now + tolerance) return jwtProblem('jwt_iat', 'The token was issued in the future.');
  if (exp - iat > issuer.lifetimeSeconds)
    return jwtProblem('jwt_lifetime', `The token is valid for longer than the ${issuer.lifetimeSeconds} seconds that its issuer may give.`);
  if (issuer.oneTime && !isTokenId(claims.jti))
    return jwtProblem('jwt_jti', 'Tokens of this issuer are good for one request, and this one has no identifier (jti) to know it by.');
  return FINE;
}

function isTokenId(jti: unknown): boolean {
  return typeof jti === 'string' && jti !== '' && jti.length <= JTI_CHARACTERS_MAX;
}

function hasAudience({ aud }: JsonObject, accepted: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return named.some((one) => typeof one === 'string' && accepted.includes(one));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
