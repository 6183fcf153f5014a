import type { Catalogue } from '@/lib/domain/decision';
import type { PolicyDocument } from '../../document';
import type { ChangeSentence } from '../explanation';

/** The differences between two policies in words, loosening first. `before` is null when nothing is published yet. */
export function explainChange(
  _before: PolicyDocument | null,
  _after: PolicyDocument,
  _catalogue: Catalogue | null,
): readonly ChangeSentence[] {
  return [];
}
