import type { CallFacts, Catalogue, Decision, TargetDecision, TargetKind } from '@/lib/domain/decision';
import type { ResultRules } from '@/lib/domain/result-flags';

/** A policy ready to decide: no parsing, no I/O, no clock, safe to share between calls. */
export interface CompiledPolicy {
  readonly mode: 'enforce' | 'observe';
  readonly defaultAction: 'allow' | 'deny';
  /** Decides one call. Unknown means no; never throws. */
  decide(call: CallFacts, catalogue: Catalogue): Decision;
  /** true when the tool is to be left out of `tools/list` (hidden or not active). */
  hides(tool: string, catalogue: Catalogue): boolean;
  /** What happens to answers of the server. */
  readonly results: ResultRules;
  /** Decides what is no tool call; `call.tool` is its address or name. null: the policy does not speak of this kind, which then passes. */
  decideTarget(kind: TargetKind, call: CallFacts): TargetDecision | null;
  /** Whether anything of this kind is left out of its list. */
  hidesSome(kind: TargetKind): boolean;
  /** true when it is to be left out of its list. */
  hidesTarget(kind: TargetKind, name: string): boolean;
}
