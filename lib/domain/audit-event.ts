import type { Json, JsonObject } from '@/lib/kernel/json';
import type { Charge, TraceStep } from './decision';
import type { Reason } from './reasons';
import type { ResultFlag } from './result-flags';
import type { Category, RiskLevel } from './risk';

/** What the audit trail says happened to a call at the gateway. `observed_*` passed although a rule said otherwise. */
export const EVENT_DECISIONS = [
  'allowed',
  'denied',
  'hidden',
  'limited',
  'needs_approval',
  'refused',
  'unavailable',
  'observed_denied',
  'observed_hidden',
  'observed_limited',
  'observed_needs_approval',
] as const;
export type EventDecision = (typeof EVENT_DECISIONS)[number];

/** Let through; every other decision kept the call back. */
export const PASSED_DECISIONS = EVENT_DECISIONS.filter((decision) => decision === 'allowed' || decision.startsWith('observed_'));
export const REFUSED_DECISIONS = EVENT_DECISIONS.filter((decision) => !PASSED_DECISIONS.includes(decision));

/** How a forwarded call ended. `unknown`: the gateway died between sending and recording. `not_sent`: recorded, never sent. */
export const EVENT_OUTCOMES = ['ok', 'tool_error', 'upstream_error', 'cancelled', 'unknown', 'not_sent'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** The intent, written before anything is forwarded; the refusal, written before it is answered. */
export interface AuditIntent {
  readonly method: string;
  readonly decision: EventDecision;
  readonly reason: Reason;
  readonly rule: string;
  readonly message: string | null;
  readonly server: { readonly id: string; readonly slug: string } | null;
  readonly agent: { readonly id: string; readonly slug: string } | null;
  readonly grant: string | null;
  readonly policy: { readonly id: string; readonly slug: string; readonly version: number } | null;
  readonly tool: string | null;
  /** What a request other than a call is about: the address of a resource, the name of a prompt, what a server asked for; absent for calls. */
  readonly target?: string | null;
  /** The innermost tool of a dispatcher call. */
  readonly innerTool: string | null;
  readonly category: Category | null;
  readonly risk: RiskLevel | null;
  readonly definitionDigest: string | null;
  /** The arguments that were decided on; null for methods without. The ledger hashes and encrypts them. */
  readonly args: JsonObject | null;
  /** The names of arguments that the tool declares; present for a call that goes on, of whose arguments the ledger keeps the shape. */
  readonly declaredArguments?: readonly string[];
  readonly redact: readonly string[];
  readonly keepArguments: boolean;
  readonly session: string | null;
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly sourceIp: string | null;
  readonly rpcId: Json;
  readonly trace: readonly TraceStep[];
  readonly charges: readonly Charge[];
}

export interface AuditSettlement {
  readonly event: string;
  readonly outcome: EventOutcome;
  readonly httpStatus: number | null;
  readonly upstreamMs: number | null;
  readonly gatewayMs: number | null;
  /** Of the gateway's time, what the policy and what the admission took: the row of the call and its limits. Absent where nobody measured. */
  readonly policyMs?: number | null;
  readonly admissionMs?: number | null;
  readonly resultBytes: number | null;
  /** A sentence for people; never the upstream's own text unescaped, at most 500 characters. */
  readonly note: string | null;
  /** What was noticed in the answer; absent for nothing. */
  readonly flags?: readonly ResultFlag[];
}
