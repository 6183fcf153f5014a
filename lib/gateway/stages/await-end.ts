import { fail, type Result } from '@/lib/kernel/result';
import { type Denial, refuse, refuseKilled } from '../denial';
import type { ForwardContext } from '../forward-context';
import { progressTokenOf } from '../held-answer';
import type { Waiting } from '../held-calls';
import type { ApprovalAsk, AskAnswer } from '../ports';
import type { Decided } from './decide';
import { reconsider } from './reconsider';

/** While an identical call runs, somewhere, its end is looked for this often. */
const LOOK_EVERY_MS = 1_000;

type Refusal = Extract<Result<never, Denial>, { ok: false }>;

/**
 * Asks, and while an identical call that used its approval still runs, waits for its end: then there is an answer to be
 * delivered, or the call has to be asked for anew. Two executions of one consent there are not.
 */
export async function askOrWait(
  call: Decided,
  ask: ApprovalAsk,
  context: ForwardContext,
  waiting: Waiting | null,
): Promise<Exclude<AskAnswer, { kind: 'running' }> | Refusal> {
  const { approvals, clock } = context.ports;
  const first = await approvals.ask(ask);
  if (first.kind !== 'running') return first;
  const running = refuse('approval.running', { approval: first.approval });
  if (waiting === null || context.held.add(waiting, first.approval.id, call.grant.agent.id) !== null) return running;
  const { holdMs, holdWithProgressMs } = context.holdTimes;
  const untilMs = clock.monotonicMs() + (progressTokenOf(call) === null ? holdMs : holdWithProgressMs);
  try {
    for (;;) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0) return running;
      const awakening = await waiting.next(Math.min(LOOK_EVERY_MS, leftMs));
      if (waiting.killed !== null) return refuseKilled(waiting.killed);
      if (awakening === 'left' || awakening === 'drained') return running;
      const answer = await approvals.ask(ask);
      if (answer.kind === 'running') continue;
      if (answer.kind !== 'kept') return answer;
      // The grant may have been taken back while the call waited.
      const again = await reconsider(call, ask, answer.kept.approval, context);
      return again.ok ? answer : fail(again.error);
    }
  } finally {
    context.held.remove(waiting);
  }
}
