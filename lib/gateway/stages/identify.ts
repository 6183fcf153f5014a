import { looksLikeJwt } from '@/lib/domain/jwt/read-jwt';
import { ok, type Result } from '@/lib/kernel/result';
import { isWellFormedToken } from '@/lib/kernel/token';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { GatewayPorts } from '../ports';
import type { GrantView, Snapshot } from '../snapshot-port';
import { identifyJwt } from './identify-jwt';
import { presentGrant } from './present-grant';
import type { Received } from './receive';

declare const identified: unique symbol;
/** A request with a credential that stands for a grant. Whether the grant may still be used is the next question but one. */
export interface Identified extends Received {
  readonly snapshot: Snapshot;
  readonly tokenHash: string;
  readonly grant: GrantView;
  readonly [identified]: true;
}

/**
 * Credential to grant. A grant token is looked up in memory: a stranger costs a checksum, at most a hash and a look-up. A
 * JWT takes a signature the first time.
 */
export function identify(
  call: Received,
  ports: GatewayPorts,
  publicUrl: string,
): Result<Identified, Denial> | Promise<Result<Identified, Denial>> {
  const { authorization } = call.headers;
  if (authorization === null || authorization === '') return refuse('identity.missing');
  const space = authorization.indexOf(' ');
  if (space < 0 || authorization.slice(0, space).toLowerCase() !== 'bearer') return refuse('identity.missing');
  const token = authorization.slice(space + 1).trim();
  if (looksLikeJwt(token)) return identifyBearerOf(call, token, ports, publicUrl);
  if (!isWellFormedToken(token)) return refuse('identity.malformed', { message: formWords(token) });
  const snapshot = ports.snapshots.current();
  if (snapshot === null) return refuse('policy.stale');
  const facts: RequestFacts = call;
  facts.tokenHash = ports.tokens.hash(token);
  return found(call, snapshot, ports);
}

async function identifyBearerOf(
  call: Received,
  token: string,
  ports: GatewayPorts,
  publicUrl: string,
): Promise<Result<Identified, Denial>> {
  const before = ports.snapshots.current();
  if (before === null) return refuse('policy.stale');
  const verified = await identifyJwt(call, token, before, ports, publicUrl);
  if (!verified.ok) return verified;
  // Verifying may have waited for keys: what counts is the state now.
  const snapshot = ports.snapshots.current();
  return snapshot === null ? refuse('policy.stale') : found(call, snapshot, ports);
}

function found(call: Received, snapshot: Snapshot, ports: GatewayPorts): Result<Identified, Denial> {
  const grant = presentGrant(call, snapshot, ports.clock.nowMs());
  if (!grant.ok) return grant;
  const facts: RequestFacts = call;
  facts.snapshot = snapshot;
  facts.grant = grant.value;
  return ok(call as Identified);
}

/** What the text in place of a token looks like, as far as that tells what to correct. Nothing of the text itself is said. */
function formWords(token: string): string | null {
  if (token === '') return 'The credential is empty: the variable that it was to be read from is not set.';
  if (/[${}<>]|PASTE/.test(token)) return 'The credential is a placeholder that nothing was put in place of.';
  if (token.startsWith('cg_')) return 'The grant token is cut short or mistyped.';
  return null;
}
