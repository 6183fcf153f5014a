import { deniedWords, staleWords } from '@/lib/domain/approval/approval-words';
import { REASONS } from '@/lib/domain/reasons';
import { ok, type Result } from '@/lib/kernel/result';
import { promptOf, promptParams } from '../approval-prompt';
import { type Denial, type Refused, refuse, refuseKilled } from '../denial';
import type { ForwardContext } from '../forward-context';
import { progressTokenOf } from '../held-answer';
import type { Waiting } from '../held-calls';
import { killNow } from '../live-calls';
import { type ApprovalStanding, type AskedApproval, LedgerUnavailable } from '../ports';
import type { Decided } from './decide';

/** While the database does not answer, a held call looks again this often. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Holds the call until its request is decided, its time is over, or the client has left; ok when it was approved. A
 * client that leaves takes nothing back: the request stays, and an identical call attaches to it.
 */
export async function awaitDecision(
  call: Decided,
  asked: AskedApproval,
  context: ForwardContext,
  waiting: Waiting | null,
): Promise<Result<null, Denial>> {
  const pending = refuse('approval.needed', { message: call.decision.message, approval: asked });
  const prompt = promptOf(call);
  if (prompt === 'result') return refuse('approval.needed', { message: call.decision.message, approval: asked, prompt: true });
  if (waiting === null) return pending;
  const full = context.held.add(waiting, asked.id, call.grant.agent.id);
  if (full !== null) return refuse('approval.needed', { message: sentences(call.decision.message, full), approval: asked });
  waiting.approval = asked;
  if (prompt === 'stream') askOnStream(call, asked, context, waiting);
  const { approvals, clock } = context.ports;
  const { holdMs, holdWithProgressMs } = context.holdTimes;
  const budgetMs = progressTokenOf(call) === null ? holdMs : holdWithProgressMs;
  const untilMs = clock.monotonicMs() + budgetMs;
  const release = approvals.hold(asked.id, clock.nowMs() + budgetMs, () => waiting.notify());
  try {
    for (;;) {
      const standing = await look(asked.id, context);
      if (standing !== 'unknown' && standing?.status !== 'pending')
        return (await killed(call, standing, context)) ?? verdict(standing, asked, context);
      const leftMs = untilMs - clock.monotonicMs();
      const awakening = await waiting.next(standing === 'unknown' ? Math.min(LOOK_AGAIN_MS, leftMs) : leftMs);
      if (waiting.killed !== null) return refuseKilled(waiting.killed);
      if (awakening === 'left' || awakening === 'drained') return pending;
      if (awakening === 'time' && clock.monotonicMs() >= untilMs) return pending;
    }
  } finally {
    release();
    context.held.remove(waiting);
  }
}

function sentences(words: string | null, more: string): string {
  const first = words ?? REASONS['approval.needed'].words;
  return `${first}${/[.!?]$/.test(first) ? '' : '.'} ${more}`;
}

/** A question of ours on the stream of the held call; whatever the client answers to it decides nothing. */
function askOnStream(call: Decided, asked: AskedApproval, { publicUrl }: ForwardContext, waiting: Waiting): void {
  const id = `callgate:${asked.id}:${typeof call.message.id}:${call.message.id}`;
  call.session?.expectOwnResponse(id);
  waiting.say(JSON.stringify({ jsonrpc: '2.0', id, method: 'elicitation/create', params: promptParams(call, asked, publicUrl) }));
}

/** A database that is away for a moment decides nothing: the call goes on waiting. */
async function look(id: string, { ports }: ForwardContext): Promise<ApprovalStanding | null | 'unknown'> {
  try {
    return await ports.approvals.standing(id);
  } catch (error) {
    if (error instanceof LedgerUnavailable) return 'unknown';
    throw error;
  }
}

/** A kill switch takes back what waits in the same transaction; the news of one may be here before the news of the other. */
async function killed(call: Decided, standing: ApprovalStanding | null, context: ForwardContext): Promise<Refused | null> {
  if (standing?.status !== 'withdrawn') return null;
  await context.ports.snapshots.latest();
  const kill = killNow(call, context);
  return kill === null ? null : refuseKilled(kill);
}

/** ok when it was approved; else why the call does not run. */
export function verdict(standing: ApprovalStanding | null, asked: AskedApproval, { ports }: ForwardContext): Result<null, Denial> {
  const approval = standing ?? asked;
  switch (standing?.status) {
    case 'approved':
    case 'consumed':
      return ok(null);
    case 'denied': {
      const retryAtMs = standing.retryAtMs ?? ports.clock.nowMs();
      return refuse('approval.denied', {
        message: deniedWords(standing.reason),
        approval,
        retryAfterMs: Math.max(0, retryAtMs - ports.clock.nowMs()),
      });
    }
    case 'expired':
      return refuse('approval.expired', { approval });
    case 'stale':
      return refuse('approval.stale', { message: staleWords(standing.differences), approval });
    default:
      return refuse('approval.withdrawn', { approval });
  }
}
