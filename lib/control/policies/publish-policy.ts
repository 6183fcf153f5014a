import { sha256Hex } from '@/lib/kernel/digest';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { applyMode } from './apply-mode';
import type { publishPolicy as contract } from './contract';
import { editorsOf } from './draft-editors';
import { requireExpected } from './policy-guards';
import { publishText } from './publish-text';

/**
 * Makes the draft the next version, or lets it wait. 409 when another version is live than expected (than the draft was begun
 * from, when the caller names none), 422 with the problems or failing tests.
 */
export async function publishPolicy(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  return publishText(ctx, params, body, ifMatch, async (_tx, row) => {
    if (row.draftText === null)
      throw new ControlError(422, 'policy.no_draft', 'There is no draft to publish. Save one first; what is live stays live.');
    if (body.expectedVersion === undefined) requireExpected(row.draftBaseVersion, row.liveVersion);
    return {
      text: applyMode(row.draftText, body.mode),
      draftSha256: sha256Hex(row.draftText),
      restoredFrom: null,
      editors: editorsOf(row.draftEditors),
    };
  });
}
