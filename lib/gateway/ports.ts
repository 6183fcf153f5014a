import type { ApprovalBinding, ApprovalDifference } from '@/lib/domain/approval/approval-binding';
import type { PassClaim, PassProblem } from '@/lib/domain/approval/approval-pass';
import type { ApprovalStatus } from '@/lib/domain/approval/approval-state';
import type { AuditIntent, AuditSettlement } from '@/lib/domain/audit-event';
import type { ApprovalDemand, Catalogue, Charge } from '@/lib/domain/decision';
import type { JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import type { JwtProblem, UnverifiedJwt } from '@/lib/domain/jwt/read-jwt';
import type { EngagedKill } from '@/lib/domain/kill-switch';
import type { JsonObject } from '@/lib/kernel/json';
import type { Result } from '@/lib/kernel/result';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';

/** What the gateway needs from the world. Adapters implement these; the gateway never sees what stands behind. */
export interface GatewayPorts {
  readonly snapshots: Snapshots;
  readonly ledger: Ledger;
  readonly approvals: Approvals;
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly tokens: TokenHasher;
  readonly jwt: JwtVerifier;
  readonly log: GatewayLog;
  /** Absent where requests are not traced. */
  readonly tracing?: Tracing;
  /**
   * Told of every request that a grant was good for, with the client where it says who it is; must not throw and must not
   * hold anything up.
   */
  onUse?(grantId: string, client: { readonly name: string; readonly version: string } | null, sourceIp: string | null): void;
}

export interface Clock {
  /** The database's clock, epoch milliseconds; the node's own clock decides nothing. */
  nowMs(): number;
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number;
}

export interface TokenHasher {
  /** SHA-256 of a grant token, lower-case hex. */
  hash(token: string): string;
  /** A new unguessable session id, visible ASCII. */
  sessionId(): string;
}

export interface JwtVerifier {
  /**
   * Verifies a token of this issuer: header, claims at `nowMs`, signature. `hash` is the token's SHA-256, `resources` are the
   * addresses of the called endpoint. Fails with `jwt_keys` while the issuer's keys cannot be read; never rejects.
   */
  verify(
    jwt: UnverifiedJwt,
    hash: string,
    issuer: JwtIssuer,
    resources: readonly string[],
    nowMs: number,
  ): Promise<Result<JwtIdentity, JwtProblem>>;
}

export interface GatewayLog {
  /** Present where such lines are written: one a request. */
  readonly debug?: (message: string, facts?: Record<string, unknown>) => void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

// ---------------------------------------------------------------- tracing

/** The W3C trace context of a hop, well-formed. */
export interface TraceContext {
  readonly traceparent: string;
  /** Vendors' own words about the trace; null without any. */
  readonly tracestate: string | null;
}

/** Attributes by the semantic conventions of OpenTelemetry and `callgate.*`; never arguments, results or credentials. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Tracing {
  /** Begins the span of a request that was received at `startedMs` (monotonic), as a child of the caller's trace if there is one. */
  begin(name: string, parent: TraceContext | null, startedMs: number): Span;
}

export interface Span {
  /** What the next hop has as its parent. */
  readonly context: TraceContext;
  /** `client` is the hop to a server. */
  child(name: string, kind: 'internal' | 'client'): Span;
  set(attributes: SpanAttributes): void;
  /** `failure` says in a word of a closed list why it failed. A second end changes nothing. */
  end(failure?: string | null): void;
}

// ---------------------------------------------------------------- snapshots

export interface Snapshots {
  /** The current state, or null while there is none that was confirmed within the lease (3 s): refuse everything then. */
  current(): Snapshot | null;
  /** The state with every change that was committed before the call; null when it cannot be had within 2 s. */
  latest(): Promise<Snapshot | null>;
  /** Calls `listener` with each new state as soon as this node has it. Returns how to stop. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
}

/** One immutable state of everything a decision needs. A call uses one snapshot from start to end. */
export interface Snapshot {
  readonly version: number;
  /** The kill switches that are engaged; mostly none. */
  readonly kills: readonly EngagedKill[];
  /** Whose JWTs are believed; mostly none. */
  readonly issuers: readonly JwtIssuer[];
  grantByTokenHash(hash: string): GrantView | undefined;
  agentBySlug(slug: string): AgentView | undefined;
  /** The grants of an agent for a server without regard to tokens, the newest first. */
  grantsFor(agentId: string, serverId: string): readonly GrantView[];
  serverBySlug(slug: string): ServerView | undefined;
  serverById(id: string): ServerView | undefined;
}

export interface AgentView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly environment: string | null;
  readonly labels: JsonObject;
  readonly status: 'active' | 'suspended';
}

export interface GrantView {
  readonly id: string;
  readonly agent: AgentView;
  readonly serverId: string;
  readonly policyId: string | null;
  readonly scopes: readonly string[];
  readonly purpose: string | null;
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
  /** Another policy of the same server until then; over by the clock, whether or not a newer snapshot says so. */
  readonly elevation: { readonly policyId: string; readonly untilMs: number } | null;
  /** A rotated-out token lives until here; null for the current one. */
  readonly tokenExpiresAtMs: number | null;
  readonly status: 'active' | 'revoked';
}

export interface LivePolicy {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly compiled: CompiledPolicy;
}

export interface ServerView {
  readonly id: string;
  readonly slug: string;
  readonly status: 'active' | 'disabled';
  readonly target: UpstreamTarget;
  readonly catalogue: Catalogue;
  /** Published policies by id; a policy without a published version is absent. */
  readonly policies: ReadonlyMap<string, LivePolicy>;
  readonly keepArguments: boolean;
}

// ---------------------------------------------------------------- ledger

export interface AdmissionRequest {
  readonly intent: AuditIntent;
  /** Every charge that the decision asks for; those with `enforced: false` are counted and never refuse. */
  readonly charges: readonly Charge[];
}

export type Admission =
  | { readonly admitted: true; readonly event: string; readonly at: number }
  | {
      readonly admitted: false;
      readonly event: string;
      readonly at: number;
      readonly exhausted: { readonly charge: Charge; readonly used: number; readonly max: number; readonly resetsAtMs: number };
    };

/** The pass does not hold. Nothing was charged, nothing used and nothing recorded. */
export interface PassRefused {
  readonly admitted: false;
  readonly pass: PassProblem;
}

/**
 * The durable record. Every method that returns a promise resolves only after the commit and rejects with
 * `LedgerUnavailable` within 2 s when there was none; nothing may be forwarded then.
 */
export interface Ledger {
  /** Charges all counters and writes the intent in one transaction, or writes a `limited` event and charges nothing. */
  admit(request: AdmissionRequest): Promise<Admission>;
  /** The same for a call that needs a person: uses the pass in that very transaction, or does nothing at all. */
  admitWithPass(request: AdmissionRequest, pass: PassClaim): Promise<Admission | PassRefused>;
  /** Writes a refusal (or another event without charges) durably; resolves with the event id. */
  record(intent: AuditIntent): Promise<string>;
  /** Queues the outcome; written with a following batch, within 100 ms. `refund` gives the refundable charges back. */
  settle(settlement: AuditSettlement, refund: readonly Charge[], policyId: string | null): void;
}

export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}

// ---------------------------------------------------------------- approvals

/** A call that needs a person, as it is asked for. */
export interface ApprovalAsk {
  /** SHA-256 of the binding and of its subject. */
  readonly digest: string;
  readonly subject: string;
  readonly binding: ApprovalBinding;
  readonly demand: ApprovalDemand;
  /** The event that this call would be: who, what, which rule, with which arguments. */
  readonly intent: AuditIntent;
  /** What the server would get beside the arguments; shown with them. */
  readonly inputs: JsonObject | null;
  readonly owner: string;
}

export interface AskedApproval {
  readonly id: string;
  readonly expiresAtMs: number;
}

/** What lets a call through: an approval of this call, or an exception that an approval left behind. */
export interface ApprovalPass {
  readonly kind: PassClaim['kind'];
  /** Of the approval, or of the exception. */
  readonly id: string;
  readonly digest: string;
  /** The approval it is, or came from. */
  readonly approval: string;
  /** Who approved; for the record. */
  readonly by: string;
}

export type AskAnswer =
  | { readonly kind: 'pass'; readonly pass: ApprovalPass }
  /** A person is asked: now, or already since an identical call. */
  | { readonly kind: 'pending'; readonly approval: AskedApproval }
  /** The same call was denied a moment ago; nobody is asked again before `retryAtMs`. */
  | {
      readonly kind: 'denied';
      readonly approval: AskedApproval;
      readonly by: string;
      readonly reason: string | null;
      readonly retryAtMs: number;
    }
  | { readonly kind: 'paused'; readonly retryAtMs: number }
  | { readonly kind: 'backlog'; readonly pendingMax: number };

/** Where a request for approval stands. */
export interface ApprovalStanding extends AskedApproval {
  readonly status: ApprovalStatus;
  readonly by: string | null;
  readonly reason: string | null;
  readonly retryAtMs: number | null;
  readonly differences: readonly ApprovalDifference[];
}

/** Requests for approval, shared by all nodes. Promises reject with `LedgerUnavailable` within 2 s when the database is away. */
export interface Approvals {
  /** The keyed digest of canonical arguments, the same as in the audit trail. */
  argumentsDigest(canonical: string): string;
  /** Finds what lets the call through, or the request it belongs to, or opens one. */
  ask(ask: ApprovalAsk): Promise<AskAnswer>;
  /** What lets a call with this digest through now, or null; asks nobody. */
  find(digest: string): Promise<ApprovalPass | null>;
  /** Null when there is no such request. A request whose time is over is `expired` here, whoever noticed it first. */
  standing(id: string): Promise<ApprovalStanding | null>;
  /** The call would no longer be what was shown: the request or its unused approval ends, with the differences named. */
  outdated(id: string, differences: readonly ApprovalDifference[]): Promise<void>;
  /** A caller waits: `onChange` is called whenever the request may have been decided. The answer ends the waiting. */
  hold(id: string, untilMs: number, onChange: () => void): () => void;
}

// ---------------------------------------------------------------- upstreams

/** Everything needed to reach an upstream; secrets stay behind the adapter, found by `secretsRef`. */
export interface UpstreamTarget {
  readonly serverId: string;
  readonly slug: string;
  readonly transport: 'http' | 'sse' | 'stdio';
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  /** Changes whenever address or secrets change, so that pools and children of the old ones are let go. */
  readonly revision: string;
}

/** What the client declared at `initialize`; an upstream is never told more, never less. */
export interface ClientProfile {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly clientInfo: JsonObject;
}

/** A gateway session's hold on an upstream: the upstream's own session id, or the channel of a shared child. */
export interface UpstreamSession {
  /** Our session id; channels address it. */
  readonly id: string;
  readonly profile: ClientProfile;
  /** The upstream's `Mcp-Session-Id`, when it gave one. */
  upstreamId: string | null;
}

export interface UpstreamRequest {
  /** The canonical text that was decided on; exactly these bytes go out. */
  readonly body: string;
  readonly method: string;
  readonly rpcId: string | number | null;
  /** Headers for the hop (protocol version, accept, last-event-id, traceparent), lower-case; never the caller's credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly session: UpstreamSession | null;
  readonly signal: AbortSignal;
}

export interface UpstreamReply {
  readonly status: number;
  readonly contentType: string | null;
  /** The upstream's session id, when this reply opened one. */
  readonly sessionId: string | null;
  /** Raw bytes as they come; null without a body. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Failed before a single byte of the request could have been acted on (`sent: false`), or perhaps after (`sent: true`). */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  constructor(
    message: string,
    readonly sent: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Reaches upstreams. Channel transports (stdio, sse) answer in the same shape as HTTP: one `application/json` body when
 * the final response is the first message for the request, `text/event-stream` otherwise.
 */
export interface Upstreams {
  /** POST: one request, notification or response. Throws `UpstreamFailure`. */
  post(target: UpstreamTarget, request: UpstreamRequest): Promise<UpstreamReply>;
  /** GET: the server's own stream of a session. Status 405 when the upstream has none. */
  listen(target: UpstreamTarget, request: Omit<UpstreamRequest, 'body' | 'method' | 'rpcId'>): Promise<UpstreamReply>;
  /** DELETE: the session ends; returns the upstream's status (200, 405, …). */
  end(target: UpstreamTarget, session: UpstreamSession): Promise<number>;
}
