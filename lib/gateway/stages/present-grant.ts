import { effectiveScopes, hasRequiredScopes, type JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, type Refused, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { GatewayRequest } from '../request';
import type { GrantView, Snapshot } from '../snapshot-port';
import { checkGrant } from './check-grant';

/** The grant that a presented credential stands for in this state. Whether it may be used now is asked later. */
export function presentGrant(
  facts: Pick<RequestFacts, 'jwt' | 'tokenHash' | 'slug' | 'request'>,
  snapshot: Snapshot,
  nowMs: number,
): Result<GrantView, Denial> {
  const { jwt, tokenHash, slug, request } = facts;
  if (jwt !== null) return grantOfJwt(jwt, facts, snapshot, nowMs);
  const grant = snapshot.grantByTokenHash(tokenHash ?? '');
  if (grant === undefined) return refuse('identity.unknown');
  return request.leg === undefined ? ok(grant) : grantBeside(grant, slug, snapshot, nowMs);
}

/** What asks for all servers of an agent at once, and not for one of them. */
export function isAggregate({ path, leg }: GatewayRequest): boolean {
  return leg === undefined && (path === '' || path === '/');
}

/**
 * A request of the aggregate: its token stands for the agent, whose grant for this server is used. The token has to be good
 * itself, and its end is the end of everything that it opened.
 */
function grantBeside(presented: GrantView, slug: string, snapshot: Snapshot, nowMs: number): Result<GrantView, Denial> {
  const server = snapshot.serverBySlug(slug);
  if (server === undefined) return unknownServer(slug);
  if (presented.serverId === server.id || checkGrant(presented, nowMs) !== null) return ok(presented);
  const grant = bestOf(snapshot.grantsFor(presented.agent.id, server.id), nowMs);
  if (grant === undefined) return refuse('grant.other_server', { message: 'The agent has no grant for this server.' });
  return ok({ ...grant, tokenExpiresAtMs: presented.tokenExpiresAtMs });
}

/** Of several grants the newest that may be used now; without such a one the newest, which says why not. */
export function bestOf(grants: readonly GrantView[], nowMs: number): GrantView | undefined {
  return grants.find((one) => checkGrant(one, nowMs) === null) ?? grants[0];
}

/**
 * A JWT names an agent and no grant: the one for this server is taken, of several the newest that may be used now. It ends
 * with the token at the latest, and has the scopes that the issuer's rule leaves.
 */
function grantOfJwt(
  jwt: JwtIdentity,
  { slug, request }: Pick<RequestFacts, 'slug' | 'request'>,
  snapshot: Snapshot,
  nowMs: number,
): Result<GrantView, Denial> {
  const issuer = snapshot.issuers.find(({ id, revision }) => id === jwt.issuerId && revision === jwt.issuerRevision);
  if (issuer === undefined)
    return refuse('identity.jwt', { message: 'The issuer of the token was changed or removed; present the token again.' });
  if (!hasRequiredScopes(jwt, issuer)) {
    return refuse('identity.insufficient_scope', { data: { scope: issuer.requiredScopes.join(' ') } });
  }
  const agent = jwt.agent === null ? undefined : snapshot.agentBySlug(jwt.agent);
  if (agent === undefined) return refuse('identity.no_agent');
  const whole = isAggregate(request);
  const server = snapshot.serverBySlug(slug);
  if (server === undefined && !whole) return unknownServer(slug);
  const grant = bestOf(server === undefined ? snapshot.grantsOf(agent.id) : snapshot.grantsFor(agent.id, server.id), nowMs);
  if (grant === undefined) {
    if (agent.status !== 'active') return refuse('grant.agent_suspended');
    return refuse('grant.other_server', { message: whole ? 'The agent has no grant.' : 'The agent has no grant for this server.' });
  }
  return ok({ ...grant, scopes: effectiveScopes(grant.scopes, jwt, issuer), tokenExpiresAtMs: jwt.expiresAtMs });
}

export function unknownServer(slug: string): Refused {
  if (slug !== '') return refuse('server.unknown');
  return refuse('server.unknown', { message: 'Name the server in the path: /mcp/{server}, with the slug that the console shows.' });
}
