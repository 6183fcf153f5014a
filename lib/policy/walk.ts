import type { ApprovalDemand, Charge, Outcome, TraceStep } from '@/lib/domain/decision';
import type { Reason } from '@/lib/domain/reasons';
import type { Json } from '@/lib/kernel/json';
import type { CompiledCondition } from './condition';
import type { Mode } from './document';
import type { Facts } from './facts';
import type { Segment } from './path';
import { covers, shownValue } from './redact';

export type MutableStep = { -readonly [K in keyof TraceStep]: TraceStep[K] };

/** One reason why a call does not simply pass. A decision is the strictest of them. */
export interface Refusal {
  readonly outcome: Exclude<Outcome, 'allowed' | 'limited'>;
  readonly reason: Reason;
  readonly rule: string;
  readonly message: string;
  /** false: found under mode observe. */
  readonly enforced: boolean;
  readonly step: MutableStep;
  readonly approval: ApprovalDemand | null;
}

/** The call at one tool of the chain: what is looked at, and where what is found is written down. */
export interface Level {
  readonly facts: Facts;
  readonly enforced: boolean;
  readonly trace: MutableStep[];
  readonly refusals: Refusal[];
  /** Charges of this level; they reach the call only when the level does not deny. */
  readonly charges: Charge[];
  /** Where this level's `args` lie in the call's arguments. */
  readonly origin: readonly Segment[];
  /** Redactions of outer levels, from the call's arguments on. */
  readonly outerRedactions: readonly (readonly Segment[])[];
}

/** One thing to look at in a fixed place of the order. */
export interface Check {
  /** Not null: the rule has a mode other than its block's. */
  readonly mode: Mode | null;
  /** true when the rule refuses the call. */
  readonly run: (level: Level) => boolean;
  /** Writes the steps that were not reached. */
  readonly skip: (level: Level) => void;
}

/** The part of a condition's step that never changes. */
export interface StepFrame {
  readonly stage: TraceStep['stage'];
  readonly rule: string;
  /** true where the rule only observes although its block enforces. */
  readonly observes?: boolean;
}

/** Whether a rule's refusal counts: its own mode, else the level's. */
export function isEnforced(mode: Mode | null, level: Pick<Level, 'enforced'>): boolean {
  return mode === null ? level.enforced : mode === 'enforce';
}

/** Writes one condition's step; its value is hidden where a redaction of this or an outer tool covers it. */
export function writeCondition(
  level: Level,
  frame: StepFrame,
  condition: CompiledCondition,
  redacted: boolean,
  result: TraceStep['result'],
  actual: Json | undefined,
  note?: string,
): MutableStep {
  const step: MutableStep = {
    stage: frame.stage,
    rule: frame.rule,
    tool: level.facts.toolName,
    path: condition.path,
    op: condition.op,
    expected: condition.expected,
    result,
  };
  if (actual !== undefined && result !== 'not_reached') step.actual = shownValue(actual, redacted || coveredOutside(level, condition));
  if (frame.observes === true) step.observed = true;
  if (note !== undefined) step.note = note;
  level.trace.push(step);
  return step;
}

/** Writes a step that is about no condition. */
export function writeStep(
  level: Pick<Level, 'trace'>,
  tool: string,
  frame: StepFrame,
  result: TraceStep['result'],
  note?: string,
): MutableStep {
  const step: MutableStep = { stage: frame.stage, rule: frame.rule, tool, result };
  if (frame.observes === true) step.observed = true;
  if (note !== undefined) step.note = note;
  level.trace.push(step);
  return step;
}

export function coveredOutside(level: Level, place: { readonly ofArgs: boolean; readonly segments: readonly Segment[] }): boolean {
  if (level.outerRedactions.length === 0 || !place.ofArgs) return false;
  const whole = [...level.origin, ...place.segments];
  return level.outerRedactions.some((pattern) => covers(pattern, whole));
}
