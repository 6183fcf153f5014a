import type { Reader } from '../context';
import type { PolicyRow } from './policy-answer';

/** The text of the live version; null when nothing is live. */
export async function liveTextOf(db: Reader, row: Pick<PolicyRow, 'id' | 'liveVersion'>): Promise<string | null> {
  if (row.liveVersion === null) return null;
  const live = await db.policyVersion.findUnique({
    where: { policyId_version: { policyId: row.id, version: row.liveVersion } },
    select: { text: true },
  });
  return live?.text ?? null;
}
