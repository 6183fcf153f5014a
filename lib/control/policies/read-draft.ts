import type { z } from 'zod';
import type { Reader } from '../context';
import type { draftSchema } from './contract';
import type { PolicyRow } from './policy-answer';

type Draft = z.output<typeof draftSchema>;

/** The draft with the text it was begun from, so that whoever edits it can merge; null when there is none. */
export async function readDraft(db: Reader, row: PolicyRow): Promise<Draft | null> {
  if (row.draftText === null) return null;
  const base =
    row.draftBaseVersion === null
      ? null
      : await db.policyVersion.findUnique({
          where: { policyId_version: { policyId: row.id, version: row.draftBaseVersion } },
          select: { text: true },
        });
  return {
    text: row.draftText,
    baseVersion: row.draftBaseVersion,
    baseText: base?.text ?? null,
    updatedAt: (row.draftUpdatedAt ?? row.createdAt).toISOString(),
    updatedBy: row.draftUpdatedBy ?? '',
  };
}
