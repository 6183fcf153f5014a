import { HISTORY_DAYS } from '@/lib/domain/counters/counter-history';
import type { Reader } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getLimit, RaiseAnswer } from './contract';
import type { LimitRecord } from './limit-row';

type Mark = AnswerOf<typeof getLimit>['marks'][number];

const MARKS_MAX = 100;
const END_WORDS = {
  revoked: 'Raise revoked',
  replaced: 'Raise replaced by another',
  rule_changed: 'Raise ended: a publish changed the rule',
} as const;

/** What people did to a counter or its policy within the history, oldest first. */
export async function marksOf(
  db: Reader,
  row: Pick<LimitRecord, 'key' | 'policy_id' | 'now'>,
  raises: readonly RaiseAnswer[],
): Promise<Mark[]> {
  const since = new Date(row.now.getTime() - HISTORY_DAYS * 86_400_000);
  const resets = await db.adminChange.findMany({
    where: { at: { gt: since }, entity: 'limit', entityId: row.key, action: 'limit.reset' },
    orderBy: { at: 'desc' },
    take: MARKS_MAX,
  });
  const versions = await db.policyVersion.findMany({
    where: { policyId: row.policy_id, publishedAt: { gt: since } },
    orderBy: { version: 'desc' },
    take: MARKS_MAX,
    select: { version: true, publishedAt: true, publishedBy: true },
  });
  const marks: Mark[] = [
    ...raises.map(({ at, by, from, to, reason }): Mark => ({ at, kind: 'raised', by, words: `Raised from ${from} to ${to}: ${reason}` })),
    ...raises.map(
      ({ endedAt, endedBy, endCause, until, by }): Mark =>
        endedAt === null
          ? { at: until, kind: 'raise_ended', by, words: 'Raise over' }
          : { at: endedAt, kind: 'raise_ended', by: endedBy ?? by, words: END_WORDS[endCause ?? 'revoked'] },
    ),
    ...resets.map(
      (one): Mark => ({
        at: one.at.toISOString(),
        kind: 'reset',
        by: one.actorName,
        words: `Set back to 0: ${String((one.after as { reason?: unknown } | null)?.reason ?? '')}`,
      }),
    ),
    ...versions.map(
      ({ version, publishedAt, publishedBy }): Mark => ({
        at: publishedAt.toISOString(),
        kind: 'published',
        by: publishedBy,
        words: `Version ${version} published`,
      }),
    ),
  ];
  const now = row.now.toISOString();
  return marks.filter(({ at }) => at <= now).sort((a, b) => (a.at < b.at ? -1 : 1));
}
