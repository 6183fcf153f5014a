import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import { factsOfTarget, type TargetMethod } from '@/lib/domain/target-methods';
import type { JsonObject } from '@/lib/kernel/json';

/** Arguments as the audit trail kept them: redacted values are `«redacted»`. */
export type RecordedArguments =
  | { readonly kept: true; readonly value: JsonObject }
  /** `not_kept`: the policy, the server or their size said so. `unreadable`: sealed with a key that is gone, or changed. */
  | { readonly kept: false; readonly why: 'not_kept' | 'unreadable' };

/** Where a row stands in the audit trail: by time, and exactly among the rows of one writer. */
export interface TrailPlace {
  /** Epoch milliseconds by the database's clock. */
  readonly at: number;
  readonly writer: string;
  readonly seq: number;
}

/** One `tools/call`, or another request that policies have rules for, as it was recorded. */
export interface RecordedCall extends TrailPlace {
  readonly event: string;
  readonly decision: EventDecision;
  readonly reason: string;
  readonly rule: string;
  readonly agentId: string | null;
  readonly agentSlug: string | null;
  readonly grantId: string | null;
  readonly tool: string | null;
  /** null for a tool call. */
  readonly request: { readonly method: TargetMethod; readonly target: string } | null;
  readonly definitionDigest: string | null;
  readonly session: string | null;
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly args: RecordedArguments;
  /** How the forwarded call ended and when that was recorded; null for what was refused, runs still, or left no outcome. */
  readonly settled: (TrailPlace & { readonly outcome: EventOutcome }) | null;
}

/** What a call is listed under: its tool, or method and target of another request. */
export function subjectOf({ tool, request }: Pick<RecordedCall, 'tool' | 'request'>): string {
  if (request === null) return tool ?? '(none)';
  return factsOfTarget(request.method).ask === null ? `${request.method} ${request.target}` : request.method;
}

/** Whether `a` was committed before `b`: exactly within one writer, else by the database's clock. */
export function isBefore(a: TrailPlace, b: TrailPlace): boolean {
  return a.writer === b.writer ? a.seq < b.seq : a.at <= b.at;
}
