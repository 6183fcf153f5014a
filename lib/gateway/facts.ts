import type { Decision } from '@/lib/domain/decision';
import type { JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import type { Era } from '@/lib/domain/mcp/methods';
import type { RpcId } from './denial';
import type { Span, TraceContext } from './ports';
import type { GatewayRequest } from './request';
import type { ClientName, Session } from './sessions';
import type { GrantView, LivePolicy, ServerView, Snapshot } from './snapshot-port';
import type { GovernedTarget } from './target';
import type { WireHeaders } from './wire/headers';
import type { Message } from './wire/json-rpc';

/**
 * What is known of one request so far. Stages fill it in from top to bottom and hand it on under a narrower type; a
 * refusal is recorded from however much is there.
 */
export interface RequestFacts {
  readonly request: GatewayRequest;
  /** Monotonic. */
  readonly startedMs: number;
  /** The server named in the path; empty for the aggregate. */
  slug: string;
  headers: WireHeaders | null;
  snapshot: Snapshot | null;
  /** Of the token that was presented; the token itself is kept nowhere. */
  tokenHash: string | null;
  /** What a verified JWT says, when one was presented. */
  jwt: JwtIdentity | null;
  grant: GrantView | null;
  message: Message | null;
  era: Era | null;
  /** JSON Pointer of a key that reaches for a prototype, inside the arguments of a tools/call: never evaluated, never sent on. */
  forbiddenKey: string | null;
  /** A retry that says it has shown a person where to decide. */
  prompted: boolean;
  server: ServerView | null;
  session: Session | null;
  client: ClientName | null;
  policy: LivePolicy | null;
  decision: Decision | null;
  /** What a request other than a call is about, once the policy was asked. */
  target: GovernedTarget | null;
  /** How long its decisions and its admissions took so far, in milliseconds; null before the first. */
  policyMs: number | null;
  admissionMs: number | null;
  /** The trace that the caller says the request belongs to. */
  carried: TraceContext | null;
  /** The spans of this request and of its hop to the server, where requests are traced. */
  span: Span | null;
  hop: Span | null;
}

export function newFacts(request: GatewayRequest, startedMs: number): RequestFacts {
  return {
    request,
    startedMs,
    slug: '',
    headers: null,
    snapshot: null,
    tokenHash: null,
    jwt: null,
    grant: null,
    message: null,
    era: null,
    forbiddenKey: null,
    prompted: false,
    server: null,
    session: null,
    client: null,
    policy: null,
    decision: null,
    target: null,
    policyMs: null,
    admissionMs: null,
    carried: null,
    span: null,
    hop: null,
  };
}

/** The id to answer to, when the message has one. */
export function rpcIdOf(facts: RequestFacts): RpcId | null {
  return facts.message?.kind === 'request' ? facts.message.id : null;
}

/** The tool that is called, when the request is a call with a name. */
export function toolOf(facts: RequestFacts): string | null {
  if (facts.message?.method !== 'tools/call') return null;
  const name = facts.message.params?.name;
  return typeof name === 'string' ? name : null;
}
