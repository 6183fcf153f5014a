import type { JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import { readJwt } from '@/lib/domain/jwt/read-jwt';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import { type GatewayPorts, LedgerUnavailable } from '../ports';
import type { Snapshot } from '../snapshot-port';
import { isAggregate } from './present-grant';

/**
 * Verifies a JWT and notes what it says. Cheap looks come first: without a configured issuer of that name nothing is
 * hashed and no signature is computed.
 */
export async function identifyJwt(
  facts: RequestFacts,
  token: string,
  snapshot: Snapshot,
  ports: GatewayPorts,
  publicUrl: string,
): Promise<Result<null, Denial>> {
  if (snapshot.issuers.length === 0) return refuse('identity.malformed');
  const jwt = readJwt(token);
  if (!jwt.ok) return refuse('identity.jwt', { message: jwt.error.message, data: { problem: jwt.error.code } });
  const { iss } = jwt.value.claims;
  const issuer = snapshot.issuers.find((one) => one.issuer === iss);
  if (issuer === undefined) {
    return refuse('identity.jwt', { message: 'The token is of no issuer that is configured here.', data: { problem: 'jwt_iss' } });
  }
  const hash = ports.tokens.hash(token);
  const verified = await ports.jwt.verify(jwt.value, hash, issuer, resourcesOf(facts, publicUrl), ports.clock.nowMs());
  if (!verified.ok) {
    const { code, message } = verified.error;
    return refuse(code === 'jwt_keys' ? 'identity.keys_unavailable' : 'identity.jwt', { message, data: { problem: code } });
  }
  const { tokenId } = verified.value;
  // What the aggregate asks of a server in the name of a request is not another request.
  const isUsedNow = tokenId !== null && facts.request.leg === undefined;
  const used = isUsedNow ? await redeemOnce(tokenId, verified.value, ports) : ok(null);
  if (!used.ok) return used;
  facts.jwt = verified.value;
  facts.tokenHash = hash;
  return ok(null);
}

/** Issuers name their tokens as they like, so one is known by both names. Whatever becomes of the request, the token is used. */
async function redeemOnce(tokenId: string, { issuer, expiresAtMs }: JwtIdentity, ports: GatewayPorts): Promise<Result<null, Denial>> {
  try {
    const first = await ports.tokenUses.redeem(ports.tokens.hash(JSON.stringify([issuer, tokenId])), expiresAtMs);
    if (first) return ok(null);
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    return refuse('audit.unavailable', {
      message: 'Whether the token was used before cannot be looked up at the moment. Nothing was sent.',
    });
  }
  return refuse('identity.jwt', { message: 'The token is good for one request and was used before.', data: { problem: 'jwt_replay' } });
}

/**
 * What a token for this endpoint may name as its audience: the endpoint (RFC 8707), all endpoints, or the gateway. A token for
 * one endpoint is none for the aggregate, and does not become one on the way to that server.
 */
function resourcesOf({ slug, request }: RequestFacts, publicUrl: string): readonly string[] {
  const all = [`${publicUrl}/mcp`, publicUrl, `${publicUrl}/`];
  return isAggregate(request) || request.leg !== undefined ? all : [`${publicUrl}/mcp/${slug}`, ...all];
}
