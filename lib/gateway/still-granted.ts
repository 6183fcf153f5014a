import type { GatewayPorts } from './ports';
import { checkGrant } from './stages/check-grant';
import type { GrantedStream } from './stages/grant';
import { presentGrant } from './stages/present-grant';

/** Whether the credential of a stream that may be open for days still stands for a grant that can be used. */
export function stillGranted(call: GrantedStream, { snapshots, clock }: Pick<GatewayPorts, 'snapshots' | 'clock'>): boolean {
  const snapshot = snapshots.current();
  if (snapshot === null) return false;
  const now = clock.nowMs();
  const grant = presentGrant(call, snapshot, now);
  if (!grant.ok || checkGrant(grant.value, now) !== null) return false;
  return snapshot.serverById(grant.value.serverId)?.status === 'active';
}
