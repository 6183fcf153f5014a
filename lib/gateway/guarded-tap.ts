import type { ForwardContext } from './forward-context';
import { killNow } from './live-calls';
import { callsOf, StreamTap } from './session-tap';
import { checkGrant } from './stages/check-grant';
import type { GrantedStream } from './stages/grant';
import { presentGrant } from './stages/present-grant';

/** A stream may be open for days; each message asks again whether the grant still holds. */
export class GuardedTap extends StreamTap {
  constructor(
    private readonly call: GrantedStream,
    private readonly context: ForwardContext,
    private readonly onEnd: () => void,
  ) {
    super(call.session, callsOf(call.session), 200);
  }

  override observe(chunk: Uint8Array): boolean {
    if (!this.stillGranted()) return false;
    return super.observe(chunk);
  }

  protected override release(): void {
    this.onEnd();
    super.release();
  }

  private stillGranted(): boolean {
    const { ports } = this.context;
    const snapshot = ports.snapshots.current();
    if (snapshot === null) return false;
    const now = ports.clock.nowMs();
    const grant = presentGrant(this.call, snapshot, now);
    if (!grant.ok || checkGrant(grant.value, now) !== null) return false;
    if (killNow(this.call, this.context) !== null) return false;
    return snapshot.serverById(grant.value.serverId)?.status === 'active';
  }
}
