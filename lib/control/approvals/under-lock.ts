import { type ChangeRecord, change } from '../change';
import type { ControlContext, Transaction } from '../context';
import { lockRow } from '../locate';
import { type ApprovalRow, readApproval, statusAt } from './approval-answer';
import { over } from './decide-approval';

type RecordOf = (facts: Pick<ChangeRecord, 'action' | 'before' | 'after'>) => Promise<void>;

/** Work on a request under its row's lock, which the gateway takes too when it uses an approval. Throws 404. */
export async function underLock<T>(
  ctx: ControlContext,
  id: string,
  work: (tx: Transaction, record: RecordOf, row: ApprovalRow) => Promise<T>,
): Promise<T> {
  return change(ctx, async (tx, record) => {
    // Whoever freezes here must not keep the gateway from its commits.
    await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '2s'`;
    await lockRow(tx, 'approval', id);
    const row = await readApproval(tx, id);
    return work(
      tx,
      (facts) => record({ ...facts, entity: 'approval', entityId: row.id, entityName: `${row.serverSlug}/${row.tool}` }),
      row,
    );
  });
}

/** Throws 409 with what became of it. */
export function requirePending(row: ApprovalRow, now: Date): void {
  if (statusAt(row, now) !== 'pending') throw over(row, now);
}
