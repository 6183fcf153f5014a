import { ok, type Result } from '@/lib/kernel/result';
import { isWellFormedToken } from '@/lib/kernel/token';
import { type Denial, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { GatewayPorts, GrantView, Snapshot } from '../ports';
import type { Received } from './receive';

declare const identified: unique symbol;
/** A request with a token that was issued. Whether the grant may still be used is the next question but one. */
export interface Identified extends Received {
  readonly snapshot: Snapshot;
  readonly tokenHash: string;
  readonly grant: GrantView;
  readonly [identified]: true;
}

/** Token to grant, from memory: a stranger costs a checksum, at most a hash and a look-up. */
export function identify(call: Received, ports: GatewayPorts): Result<Identified, Denial> {
  const { authorization } = call.headers;
  if (authorization === null || authorization === '') return refuse('identity.missing');
  const space = authorization.indexOf(' ');
  if (space < 0 || authorization.slice(0, space).toLowerCase() !== 'bearer') return refuse('identity.missing');
  const token = authorization.slice(space + 1).trim();
  if (!isWellFormedToken(token)) return refuse('identity.malformed');
  const snapshot = ports.snapshots.current();
  if (snapshot === null) return refuse('policy.stale');
  const hash = ports.tokens.hash(token);
  const grant = snapshot.grantByTokenHash(hash);
  if (grant === undefined) return refuse('identity.unknown');
  const facts: RequestFacts = call;
  facts.snapshot = snapshot;
  facts.tokenHash = hash;
  facts.grant = grant;
  return ok(call as Identified);
}
