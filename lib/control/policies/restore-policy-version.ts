import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { restorePolicyVersion as contract } from './contract';
import { publishText } from './publish-text';
import { versionNumber } from './version-number';

/** Publishes the text of an old version again, as a new version and under the same rules: history is never rewritten. */
export async function restorePolicyVersion(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const version = versionNumber(params.n);
  const answer = await publishText(ctx, params, body, ifMatch, async (tx, row) => {
    const old = await tx.policyVersion.findUnique({ where: { policyId_version: { policyId: row.id, version } } });
    if (!old) throw new ControlError(404, 'policy_version.not_found', `The policy has no version \`${params.n}\`.`);
    // Restoring leaves somebody's draft alone, and nobody of today wrote the text.
    return { text: old.text, draftSha256: null, restoredFrom: version, editors: [] };
  });
  return answer.status === 'published' ? { ...answer, restoredFrom: version } : answer;
}
