import type { ImplicitSessions } from './implicit-sessions';
import type { GatewayPorts } from './ports';
import type { SessionStore } from './sessions';

/** What forwarding needs besides the call. */
export interface ForwardContext {
  readonly ports: GatewayPorts;
  readonly sessions: SessionStore;
  readonly implicit: ImplicitSessions;
  readonly publicUrl: string;
  /** Counts calls on their way, for draining. */
  readonly onSent: () => void;
  readonly onSettled: () => void;
}
