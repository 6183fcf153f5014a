import { notSentSettlement } from './ambiguous-batches';
import type { BatchRows } from './batch-commit';
import type { SettleQueue } from './settle-queue';

/**
 * Tells the callers of a committed batch. A call whose caller has given up was recorded and is never sent: its outcome says
 * so, and whatever it was charged is given back.
 */
export function answerCalls(rows: BatchRows, settling: SettleQueue): void {
  for (const { call, problem } of rows.refused) {
    if (call.answered) continue;
    call.answered = true;
    call.resolve({ admitted: false, pass: problem });
  }
  for (const placed of rows.calls) {
    const { call, content, admission } = placed;
    if (content.expects_outcome) settling.opened(content.id, content.writer, content.seq, placed.windows);
    if (!call.answered) {
      call.answered = true;
      call.resolve(admission);
    } else if (content.expects_outcome) {
      settling.addPrepared(notSentSettlement(placed));
    }
  }
}
