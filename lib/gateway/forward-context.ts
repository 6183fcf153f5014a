import type { Denial } from './denial';
import type { RequestFacts } from './facts';
import type { HeldCalls, HoldTimes } from './held-calls';
import type { ImplicitSessions } from './implicit-sessions';
import type { LeftCalls } from './left-calls';
import type { LiveCalls } from './live-calls';
import type { GatewayPorts } from './ports';
import type { GatewayResponse } from './request';
import type { SessionStore } from './sessions';
import type { TaskOwners } from './task-owners';

/** What forwarding needs besides the call. */
export interface ForwardContext {
  readonly ports: GatewayPorts;
  readonly sessions: SessionStore;
  readonly implicit: ImplicitSessions;
  readonly publicUrl: string;
  /** Calls that wait for a person, and how long they may. */
  readonly held: HeldCalls;
  readonly holdTimes: HoldTimes;
  readonly tasks: TaskOwners;
  /** What the kill switch finds and stops. */
  readonly live: LiveCalls;
  /** Calls that run on without their clients. */
  readonly left: LeftCalls;
  /** Records a refusal and makes its answer, for calls whose answer has begun by then. */
  readonly answerRefusal: (facts: RequestFacts, denial: Denial) => Promise<GatewayResponse>;
  /** Counts what may still be sent: from the decision on, until the answer begins or the call is refused. */
  readonly underWay: <T>(work: Promise<T>) => Promise<T>;
  /** Counts calls on their way, for draining. */
  readonly onSent: () => void;
  readonly onSettled: () => void;
}
