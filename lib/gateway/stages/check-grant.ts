import { type Refused, refuse } from '../denial';
import type { GrantView } from '../snapshot-port';

/** Why a grant cannot be used at this time, or null. */
export function checkGrant(grant: GrantView, nowMs: number): Refused | null {
  if (grant.status === 'revoked') return refuse('identity.revoked');
  if (grant.tokenExpiresAtMs !== null && grant.tokenExpiresAtMs <= nowMs) return refuse('identity.expired');
  if (grant.expiresAtMs !== null && grant.expiresAtMs <= nowMs) return refuse('identity.expired');
  if (!grant.agent.ownerActive) return refuse('identity.owner_disabled');
  if (grant.agent.status !== 'active') return refuse('grant.agent_suspended');
  if (grant.notBeforeMs !== null && grant.notBeforeMs > nowMs) {
    return refuse('grant.not_yet', { retryAfterMs: grant.notBeforeMs - nowMs });
  }
  return null;
}
