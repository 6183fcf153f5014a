import type { JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import type { GatewayPorts } from '../ports';
import type { Decoded } from '../stages/decode';
import type { Identified } from '../stages/identify';
import type { Message } from '../wire/json-rpc';
import type { AggregateSession, AggregateSessions } from './aggregate-sessions';
import type { Legs } from './legs';
import type { Handle } from './open-leg';
import type { Reached } from './reach';

/** What the aggregate works with. */
export interface AggregateContext {
  readonly ports: GatewayPorts;
  /** The walk of a request to one server: identity, grant, policy, record and all. */
  readonly handle: Handle;
  readonly legs: Legs;
  readonly sessions: AggregateSessions;
  /** How to end what is open, when the gateway stops. */
  readonly open: Set<() => void>;
  readonly waitMs: number;
  readonly version: string;
}

/** A request to all servers of an agent. */
export interface AggregateStream {
  readonly facts: Identified;
  readonly session: AggregateSession | null;
  readonly reached: readonly Reached[];
}

/** The same with a message. */
export interface AggregateCall extends AggregateStream {
  readonly facts: Decoded;
}

/** The same with a request that wants an answer. */
export interface Asked extends AggregateCall {
  readonly message: Message & { readonly kind: 'request'; readonly id: RpcId };
  readonly params: JsonObject;
}
