import type { Reader } from '../context';
import type { Outcome } from './expected-range';

export interface SpanCounts extends Record<Outcome, number> {
  /** null where counting every call would read too much of the trail. */
  readonly calls: number | null;
}

const ALL_CALLS_MS_MAX = 3_600_000;
const GROUPS: Record<Outcome, readonly string[]> = {
  denied: ['denied', 'hidden', 'observed_denied', 'observed_hidden'],
  limited: ['limited', 'observed_limited'],
  asked: ['needs_approval', 'observed_needs_approval'],
};

/**
 * Calls under a policy in [from, to) by what was decided; `version` null counts every version. Refusals are found through their own
 * index whatever the traffic; all calls are counted only for an hour or less.
 */
export async function countOutcomes(
  db: Reader,
  span: { readonly policyId: string; readonly version: number | null; readonly fromMs: number; readonly toMs: number },
): Promise<SpanCounts> {
  const short = span.toMs - span.fromMs <= ALL_CALLS_MS_MAX;
  const rows = await db.auditEvent.groupBy({
    by: ['decision'],
    where: {
      at: { gte: new Date(span.fromMs), lt: new Date(span.toMs) },
      policyId: span.policyId,
      ...(span.version === null ? {} : { policyVersion: span.version }),
      ...(short ? {} : { decision: { in: Object.values(GROUPS).flat() } }),
    },
    _count: true,
  });
  const of = (decisions: readonly string[]) =>
    rows.filter((row) => decisions.includes(row.decision)).reduce((sum, row) => sum + row._count, 0);
  return {
    calls: short ? rows.reduce((sum, row) => sum + row._count, 0) : null,
    denied: of(GROUPS.denied),
    limited: of(GROUPS.limited),
    asked: of(GROUPS.asked),
  };
}
