import type { ForwardContext } from './forward-context';
import { killNow } from './live-calls';
import { callsOf, StreamTap } from './session-tap';
import type { GrantedStream } from './stages/grant';
import { stillGranted } from './still-granted';

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
    if (!stillGranted(this.call, this.context.ports) || killNow(this.call, this.context) !== null) return false;
    return super.observe(chunk);
  }

  protected override release(): void {
    this.onEnd();
    super.release();
  }
}
