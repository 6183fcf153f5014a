import type { RepeatGuard } from '@/lib/domain/anomaly/repeats';
import type { ApprovalBinding, ApprovalDifference } from '@/lib/domain/approval/approval-binding';
import type { PassClaim, PassProblem } from '@/lib/domain/approval/approval-pass';
import type { ApprovalStatus } from '@/lib/domain/approval/approval-state';
import type { AuditIntent, AuditSettlement } from '@/lib/domain/audit-event';
import type { ApprovalDemand, Charge } from '@/lib/domain/decision';
import type { JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import type { JwtProblem, UnverifiedJwt } from '@/lib/domain/jwt/read-jwt';
import type { JsonObject } from '@/lib/kernel/json';
import type { Result } from '@/lib/kernel/result';
import type { Snapshots } from './snapshot-port';
import type { Upstreams } from './upstream-port';

/** What the gateway needs from the world. Adapters implement these; the gateway never sees what stands behind. */
export interface GatewayPorts {
  readonly snapshots: Snapshots;
  readonly ledger: Ledger;
  readonly approvals: Approvals;
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly tokens: TokenHasher;
  readonly seals: Seals;
  readonly jwt: JwtVerifier;
  readonly tokenUses: TokenUses;
  readonly taskOwnership: TaskOwnership;
  readonly log: GatewayLog;
  /** Absent where requests are not traced. */
  readonly tracing?: Tracing;
  /**
   * Told of every request that a grant was good for, with the client where it says who it is; must not throw and must not
   * hold anything up.
   */
  onUse?(
    grantId: string,
    client: { readonly name: string; readonly version: string } | null,
    sourceIp: string | null,
    method: string,
  ): void;
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

/** Texts that clients carry for us and can neither read nor change. */
export interface Seals {
  /** `place` is what the text belongs to; elsewhere it does not open. URL-safe characters. */
  seal(text: string, place: string): string;
  /** null for what was not sealed here, was changed, or belongs elsewhere. */
  open(sealed: string, place: string): string | null;
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

export interface TokenUses {
  /**
   * Notes the use of a token that is good for one request; false when it was used before, at whichever node. `key` is a
   * SHA-256 in lower-case hex, `expiresAtMs` (epoch) says how long it has to be remembered. Rejects with `LedgerUnavailable`.
   */
  redeem(key: string, expiresAtMs: number): Promise<boolean>;
}

export interface TaskOwnership {
  /** Notes the grant that a server made a task for; the first note stands, at whichever node. Rejects with `LedgerUnavailable`. */
  note(serverId: string, taskId: string, grantId: string): Promise<void>;
  /** Grants by task, of those that were noted within the last 30 days. Rejects with `LedgerUnavailable`. */
  ownersOf(serverId: string, taskIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
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

// ---------------------------------------------------------------- ledger

export interface AdmissionRequest {
  readonly intent: AuditIntent;
  /** Every charge that the decision asks for; those with `enforced: false` are counted and never refuse. */
  readonly charges: readonly Charge[];
  /** How identical calls are controlled; absent where they are not. */
  readonly repeats?: RepeatGuard;
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
  /** SHA-256 of the binding without the arguments: exceptions with a scope are found by it. */
  readonly scopeDigest: string;
  readonly binding: ApprovalBinding;
  readonly demand: ApprovalDemand;
  /** The event that this call would be: who, what, which rule, with which arguments. */
  readonly intent: AuditIntent;
  /** What the server would get beside the arguments; shown with them. */
  readonly inputs: JsonObject | null;
  readonly owner: string;
}

/** What an approval or exception is found by. */
export type PassSeeker = Pick<ApprovalAsk, 'digest' | 'scopeDigest'> & { readonly intent: Pick<AuditIntent, 'args'> };

export interface AskedApproval {
  readonly id: string;
  readonly expiresAtMs: number;
}

/** What lets a call through: an approval of this call, or an exception that an approval left behind. */
export interface ApprovalPass {
  readonly kind: PassClaim['kind'];
  /** Of the approval, or of the exception. */
  readonly id: string;
  /** Of the call; of everything but its arguments when they are within the scope of an exception. */
  readonly digest: string;
  /** Whether the arguments are within a scope, not the very ones that were shown. */
  readonly scoped: boolean;
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
  /** The same call used its approval and has not ended yet. */
  | { readonly kind: 'running'; readonly approval: AskedApproval }
  /** The same call ran, and its client left before the answer could be written. */
  | { readonly kind: 'kept'; readonly kept: KeptAnswer }
  | { readonly kind: 'paused'; readonly retryAtMs: number }
  | { readonly kind: 'backlog'; readonly pendingMax: number };

/** The answer of a call that used an approval, kept because it could not be delivered. */
export interface KeptAnswer {
  readonly approval: string;
  /** The event of the call that ran. */
  readonly event: string;
  /** The JSON-RPC response as the server sent it; null when it was too large to be kept. */
  readonly text: string | null;
  readonly bytes: number;
}

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
  /** What lets this call through now, or null; asks nobody. */
  find(call: PassSeeker): Promise<ApprovalPass | null>;
  /** Null when there is no such request. A request whose time is over is `expired` here, whoever noticed it first. */
  standing(id: string): Promise<ApprovalStanding | null>;
  /** The call would no longer be what was shown: the request or its unused approval ends, with the differences named. */
  outdated(id: string, differences: readonly ApprovalDifference[]): Promise<void>;
  /** A caller waits: `onChange` is called whenever the request may have been decided. The answer ends the waiting. */
  hold(id: string, untilMs: number, onChange: () => void): () => void;
  /** Keeps an answer that could not be delivered, sealed, for `ANSWER_KEPT_MS`; `ask` finds it on every node. */
  keep(answer: KeptAnswer): Promise<void>;
  /** The answer was delivered. */
  forget(approval: string): Promise<void>;
}
