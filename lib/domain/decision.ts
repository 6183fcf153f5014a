import type { Json, JsonObject } from '@/lib/kernel/json';
import type { Reason } from './reasons';
import type { Category, DispatchShape, RiskLevel, ToolStatus } from './risk';

/** What a policy says of a call, strictest first; the order is the precedence. */
export const OUTCOMES = ['hidden', 'denied', 'limited', 'needs_approval', 'allowed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A tool as the gateway knows it: enough to decide a call, nothing to render. */
export interface CatalogueTool {
  readonly name: string;
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly status: ToolStatus;
  readonly digest: string;
  readonly dispatch: DispatchShape | null;
  readonly inputSchema: JsonObject | null;
  /** Of the approved definition; absent as null. */
  readonly outputSchema?: JsonObject | null;
}

/** The tools of one server by exact name. */
export type Catalogue = ReadonlyMap<string, CatalogueTool>;

/** Everything a policy may look at. `at` is the database's clock in epoch milliseconds: the engine reads no clock. */
export interface CallFacts {
  readonly tool: string;
  readonly args: JsonObject;
  readonly at: number;
  readonly server: { readonly id: string; readonly slug: string };
  readonly agent: {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    readonly owner: string;
    readonly environment: string | null;
    readonly labels: JsonObject;
  };
  readonly grant: { readonly id: string; readonly scopes: readonly string[]; readonly purpose: string | null };
  readonly client: { readonly name: string; readonly version: string } | null;
  /** The MCP session, when the transport has one. */
  readonly session: string | null;
}

export type WindowUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month';
/** Calendar windows follow UTC; `lengthMs` windows start at multiples of their length since the epoch. */
export type LimitWindow = { readonly unit: WindowUnit } | { readonly lengthMs: number };

/** One counter that a call would charge. All charges of a call are taken, or none. */
export interface Charge {
  /** JSON Pointer of the limit, e.g. `/tools/call_tool/limits/0`. */
  readonly rule: string;
  /** The author's name of the counter. */
  readonly counter: string;
  readonly scope: string;
  /** The value counted for within the scope, e.g. the grant id. */
  readonly scopeKey: string;
  /** Identity of the counter within its policy: name, window, scope and scope value, as one text. */
  readonly key: string;
  readonly window: LimitWindow;
  readonly align: 'calendar' | 'sliding';
  readonly max: number;
  readonly amount: number;
  readonly onDeny: string | null;
  readonly refundOnUpstreamError: boolean;
  /** false when this limit only observes: it is counted and never refuses. */
  readonly enforced: boolean;
  /** Why a call is refused that does not fit; absent for a limit of the policy, which is `limit.exhausted`. */
  readonly refuses?: Reason;
}

export interface ApprovalDemand {
  readonly rule: string;
  readonly approvers: readonly string[];
  readonly count: number;
  readonly expiresMs: number;
  readonly reuse: string;
}

/** What is governed besides tools: resources by address, prompts by name, and what servers ask of clients. */
export type TargetKind = 'resources' | 'prompts' | 'server';

/** What a policy says of a request that is no tool call. Nobody is asked for approval there. */
export type TargetDecision = Omit<Decision, 'approval' | 'tools' | 'category' | 'risk'>;

/** One line of the explanation, in the order of evaluation. */
export interface TraceStep {
  readonly stage: 'identity' | 'visibility' | 'action' | 'require' | 'deny_if' | 'limit' | 'approval' | 'dispatch' | 'default';
  readonly rule: string;
  /** The tool this step is about; differs from the called tool inside a dispatcher. */
  readonly tool: string;
  readonly path?: string;
  readonly op?: string;
  readonly expected?: Json;
  /** The value found, redacted; absent when there was none. */
  readonly actual?: Json;
  readonly result: 'pass' | 'fail' | 'error' | 'not_reached';
  readonly decided?: boolean;
  /** true: the step's rule only observes, although its block enforces. */
  readonly observed?: boolean;
  readonly note?: string;
}

export interface Decision {
  /** What the policy says, whatever the mode. */
  readonly outcome: Outcome;
  /** true when the call may go on: allowed, or refused by a rule that only observes. */
  readonly passes: boolean;
  /** true when a refusal was let pass by mode observe. */
  readonly observed: boolean;
  readonly reason: Reason;
  /** JSON Pointer of the deciding rule, or `(default deny)`, `(default allow)`, `(hidden)`, `(no policy)`, `(quarantined)`. */
  readonly rule: string;
  /** The sentence for the agent; null when allowed. */
  readonly message: string | null;
  /** The called tool first, then what it runs, innermost last. */
  readonly tools: readonly string[];
  readonly charges: readonly Charge[];
  readonly approval: ApprovalDemand | null;
  /** Paths whose values are never stored or shown, e.g. `args.card.number`. */
  readonly redact: readonly string[];
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly trace: readonly TraceStep[];
}
