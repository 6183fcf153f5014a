import type { ResultRules } from '@/lib/domain/result-flags';
import type { Category } from '@/lib/domain/risk';
import type { TargetMethod } from '@/lib/domain/target-methods';
import type { Json, JsonObject } from '@/lib/kernel/json';

/**
 * A policy in its normal form: every default written out, short forms made long, the author's comments and `x-*` keys gone.
 * Two texts that decide alike in every way the language shows have the same document, whatever the order of their keys.
 */
export interface PolicyDocument {
  readonly version: '1';
  readonly description: string | null;
  readonly default: 'allow' | 'deny';
  readonly mode: Mode;
  /** IANA name that `time.*` is read in where a condition names none. */
  readonly timezone: string;
  /** Sorted, without repetitions. */
  readonly hide: readonly string[];
  readonly all_tools: RuleBlock | null;
  readonly risk: Readonly<Partial<Record<Category, RuleBlock>>>;
  readonly tools: Readonly<Record<string, RuleBlock>>;
  /** Absent: resources pass, and so do prompts and what servers ask for. A policy without them has the same normal form as ever. */
  readonly resources?: TargetRules;
  readonly prompts?: TargetRules;
  readonly server?: ServerRules;
  /** Absent: as `PLAIN_RESULTS`. */
  readonly results?: ResultRules;
  /** Calls with what is expected of them; they decide nothing. */
  readonly tests: readonly PolicyTest[];
}

export type Mode = 'enforce' | 'observe';

/** What is said about resources by address, or about prompts by name. */
export interface TargetRules {
  readonly default: 'allow' | 'deny';
  /** Sorted, without repetitions. */
  readonly hide: readonly string[];
  readonly all: RuleBlock | null;
  readonly rules: Readonly<Record<string, RuleBlock>>;
}

/** What servers may ask of clients. */
export const SERVER_ASKS = ['sampling', 'elicitation', 'roots'] as const;
export type ServerAsk = (typeof SERVER_ASKS)[number];

export interface ServerRules {
  readonly default: 'allow' | 'deny';
  readonly rules: Readonly<Partial<Record<ServerAsk, RuleBlock>>>;
}

/** What is said about one tool, one glob, one risk class or all tools. */
export interface RuleBlock {
  readonly action: 'allow' | 'deny' | 'approve';
  readonly reason: string | null;
  readonly require: readonly ConditionRule[];
  readonly deny_if: readonly ConditionRule[];
  readonly limits: readonly LimitRule[];
  readonly rate_limit: LimitRule | null;
  readonly approval: ApprovalRule | null;
  /** false: said to be no dispatcher, whatever was detected. */
  readonly dispatch: DispatchRule | false | null;
  /** null: as the policy. */
  readonly mode: Mode | null;
  readonly redact: readonly string[];
}

export interface Condition {
  readonly path: string;
  readonly op: string;
  readonly value: Json;
  readonly timezone: string | null;
}

/** Conditions that hold together. */
export interface ConditionRule {
  readonly name: string | null;
  readonly on_deny: string | null;
  /** null: as the block. */
  readonly mode: Mode | null;
  readonly conditions: readonly Condition[];
}

export interface LimitRule {
  readonly counter: string;
  /** A unit, or a whole number of seconds as `"90s"`. */
  readonly window: string;
  readonly max: number;
  readonly scope: string;
  readonly increment: number;
  readonly increment_from: string | null;
  readonly align: 'calendar' | 'sliding';
  readonly on_deny: string | null;
  readonly on_upstream_error: 'refund' | 'keep';
  /** null: as the block. */
  readonly mode: Mode | null;
}

export interface ApprovalRule {
  /** All of them must hold for a person to be asked; none means always. */
  readonly when: readonly Condition[];
  readonly approvers: readonly string[];
  readonly count: number;
  /** Seconds as `"600s"`. */
  readonly expires: string;
  /** `"once"`, or how long the same arguments stay approved, in seconds as `"900s"`. */
  readonly reuse: string;
  /** null: as the block. */
  readonly mode: Mode | null;
}

export interface DispatchRule {
  readonly tool: string;
  readonly arguments: string | null;
}

/** What a test says of the caller; what it leaves out is plain. */
export interface TestAgent {
  readonly slug: string | null;
  readonly name: string | null;
  readonly owner: string | null;
  readonly environment: string | null;
  readonly labels: JsonObject;
}

/** One call, or another request, and what has to come of it. */
export interface PolicyTest {
  readonly name: string;
  /** Another request than a tool call; absent for calls. */
  readonly method?: TargetMethod;
  /** The tool; the address of a resource, the name of a prompt, or what a server asks for. */
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly agent: TestAgent | null;
  readonly grant: { readonly scopes: readonly string[]; readonly purpose: string | null } | null;
  readonly client: { readonly name: string; readonly version: string } | null;
  /** When it is called, in epoch milliseconds; null is any time. */
  readonly at: number | null;
  /** What limits have used already, by the name of their counter or by the limit's JSON Pointer. */
  readonly counters: Readonly<Record<string, number>>;
  readonly expect: TestExpectation;
}

export interface TestExpectation {
  readonly outcome: ExpectedOutcome;
  /** null: whichever rule decides. */
  readonly rule: string | null;
  /** null: whatever the agent reads. */
  readonly message: string | null;
}

/** What a test may expect: an outcome, or `observed_…` where the rule that decides only observes. */
export const EXPECTED_OUTCOMES = [
  'allowed',
  'needs_approval',
  'limited',
  'denied',
  'hidden',
  'observed_needs_approval',
  'observed_limited',
  'observed_denied',
  'observed_hidden',
] as const;
export type ExpectedOutcome = (typeof EXPECTED_OUTCOMES)[number];

/** A block that says nothing: what a listed `{}` means. */
export const EMPTY_BLOCK: RuleBlock = {
  action: 'allow',
  reason: null,
  require: [],
  deny_if: [],
  limits: [],
  rate_limit: null,
  approval: null,
  dispatch: null,
  mode: null,
  redact: [],
};
