import { effectiveScopes, hasRequiredScopes, type JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type Refused, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { GrantView, Snapshot } from '../snapshot-port';
import { checkGrant } from './check-grant';

/** The grant that a presented credential stands for in this state. Whether it may be used now is asked later. */
export function presentGrant(
  { jwt, tokenHash, slug }: Pick<RequestFacts, 'jwt' | 'tokenHash' | 'slug'>,
  snapshot: Snapshot,
  nowMs: number,
): Result<GrantView, Denial> {
  if (jwt !== null) return grantOfJwt(jwt, slug, snapshot, nowMs);
  const grant = snapshot.grantByTokenHash(tokenHash ?? '');
  return grant === undefined ? refuse('identity.unknown') : ok(grant);
}

/**
 * A JWT names an agent and no grant: the one for this server is taken, of several the newest that may be used now. It ends
 * with the token at the latest, and has the scopes that the issuer's rule leaves.
 */
function grantOfJwt(jwt: JwtIdentity, slug: string, snapshot: Snapshot, nowMs: number): Result<GrantView, Denial> {
  const issuer = snapshot.issuers.find(({ id, revision }) => id === jwt.issuerId && revision === jwt.issuerRevision);
  if (issuer === undefined)
    return refuse('identity.jwt', { message: 'The issuer of the token was changed or removed; present the token again.' });
  if (!hasRequiredScopes(jwt, issuer)) {
    return refuse('identity.insufficient_scope', { data: { scope: issuer.requiredScopes.join(' ') } });
  }
  const agent = jwt.agent === null ? undefined : snapshot.agentBySlug(jwt.agent);
  if (agent === undefined) return refuse('identity.no_agent');
  const server = snapshot.serverBySlug(slug);
  if (server === undefined) return unknownServer(slug);
  const grants = snapshot.grantsFor(agent.id, server.id);
  const grant = grants.find((one) => checkGrant(one, nowMs) === null) ?? grants[0];
  if (grant === undefined) {
    if (agent.status !== 'active') return refuse('grant.agent_suspended');
    return refuse('grant.other_server', { message: 'The agent has no grant for this server.' });
  }
  return ok({ ...grant, scopes: effectiveScopes(grant.scopes, jwt, issuer), tokenExpiresAtMs: jwt.expiresAtMs });
}

export function unknownServer(slug: string): Refused {
  if (slug !== '') return refuse('server.unknown');
  return refuse('server.unknown', { message: 'Name the server in the path: /mcp/{server}, with the slug that the console shows.' });
}
