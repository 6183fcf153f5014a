import { readRaise } from '@/lib/domain/counters/counter-raise';
import type { RecordChange } from '../change';
import type { Transaction } from '../context';
import { counterName } from './lock-counter';
import { limitsIn, sameLimit } from './rule-limit';

interface Publish {
  readonly policyId: string;
  readonly before: string | null;
  readonly after: string;
  readonly version: number;
  readonly by: string;
}

/**
 * Ends the raises of rules that a new version writes differently, or in another place: who raised it looked at the rule
 * as it was. In the transaction that publishes, under the policy's lock, so that no raise slips in between.
 */
export async function endChangedRaises(tx: Transaction, record: RecordChange, publish: Publish): Promise<void> {
  const rows = await tx.$queryRaw<{ key: string; counter: string; scope: string; scope_key: string; raise: unknown }[]>`
    SELECT key, counter, scope, scope_key, raise FROM counters WHERE policy_id = ${publish.policyId} AND raise IS NOT NULL ORDER BY key FOR UPDATE`;
  if (rows.length === 0) return;
  const before = limitsIn(publish.before);
  const after = limitsIn(publish.after);
  for (const { key, counter, scope, scope_key: scopeKey, raise: stored } of rows) {
    const raise = readRaise(stored);
    if (raise === null || sameLimit(before(raise.rule), after(raise.rule))) continue;
    const ended = await endRaise(tx, key, raise.id, 'rule_changed', publish.by);
    // One whose time was over has nothing left to end.
    if (!ended) continue;
    await record({
      action: 'limit.raise_end',
      entity: 'limit',
      entityId: key,
      entityName: counterName({ counter, scope, scopeKey }),
      before: { max: raise.to, until: new Date(raise.until) },
      after: { max: raise.from, because: `version ${publish.version} changes ${raise.rule}` },
    });
  }
}

/** Takes the raise from the counter, and ends it if it still ran; says whether it did. The counter is locked by the caller. */
export async function endRaise(
  tx: Transaction,
  key: string,
  raise: string,
  cause: 'revoked' | 'replaced' | 'rule_changed',
  by: string,
): Promise<boolean> {
  await tx.$executeRaw`UPDATE counters SET raise = NULL WHERE key = ${key}`;
  const ended = await tx.$executeRaw`
    UPDATE limit_raises SET ended_at = clock_timestamp(), ended_by = ${by}, end_cause = ${cause}
    WHERE id = ${raise} AND ended_at IS NULL AND expires_at > clock_timestamp()`;
  return ended > 0;
}
