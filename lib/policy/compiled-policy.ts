import type { CallFacts, Catalogue, Decision } from '@/lib/domain/decision';

/** A policy ready to decide: no parsing, no I/O, no clock, safe to share between calls. */
export interface CompiledPolicy {
  readonly mode: 'enforce' | 'observe';
  readonly defaultAction: 'allow' | 'deny';
  /** Decides one call. Unknown means no; never throws. */
  decide(call: CallFacts, catalogue: Catalogue): Decision;
  /** true when the tool is to be left out of `tools/list` (hidden or not active). */
  hides(tool: string, catalogue: Catalogue): boolean;
}
