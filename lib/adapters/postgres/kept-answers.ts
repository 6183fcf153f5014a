import { ANSWER_KEPT_MS } from '@/lib/domain/approval/approval-terms';
import { undeliveredAnswerAad } from '@/lib/domain/sealed-value';
import type { ApprovalAsk, KeptAnswer } from '@/lib/gateway/ports';
import type { TextSealer } from './argument-store';
import type { RunRows } from './bounded-database';
import { eventTimeMs } from './event-id';

/** The approval that the same call used last, with its answer when that could not be delivered. */
export interface UsedApproval {
  readonly approval: string;
  readonly event: string;
  readonly expires_ms: number;
  /** null when no answer is kept. */
  readonly bytes: number | null;
  readonly envelope: string | null;
}

/** A call that has not ended so long after it was let through is not waited for. */
const RUNNING_AT_MOST = "interval '1 hour'";

export async function findUsed(run: RunRows, { digest, subject }: ApprovalAsk): Promise<UsedApproval | null> {
  const [used] = await run<UsedApproval>(
    `SELECT a.id AS approval, a.consumed_event AS event, (extract(epoch FROM a.expires_at) * 1000)::float8 AS expires_ms, u.bytes, u.envelope
       FROM approvals a LEFT JOIN undelivered_answers u ON u.approval_id = a.id AND u.expires_at > clock_timestamp()
      WHERE a.subject = $1 AND a.digest = $2 AND a.status = 'consumed' AND a.consumed_event IS NOT NULL
        AND a.finished_at > clock_timestamp() - ${RUNNING_AT_MOST}
      ORDER BY a.finished_at DESC LIMIT 1`,
    [subject, digest],
  );
  return used ?? null;
}

/** A call of a node that died is settled as unknown by another one; until then nobody knows, and it counts as running. */
export async function isRunning(run: RunRows, event: string): Promise<boolean> {
  const [ended] = await run('SELECT 1 FROM audit_outcomes WHERE event_id = $1 AND event_at = $2::timestamptz LIMIT 1', [
    event,
    new Date(eventTimeMs(event) ?? 0).toISOString(),
  ]);
  return ended === undefined;
}

export function openKept({ approval, event, bytes, envelope }: UsedApproval, sealer: TextSealer): KeptAnswer {
  const text = envelope === null ? null : sealer.open(envelope, undeliveredAnswerAad(approval));
  return { approval, event, text, bytes: bytes ?? 0 };
}

export async function keepAnswer(run: RunRows, { approval, event, text, bytes }: KeptAnswer, sealer: TextSealer): Promise<void> {
  await run(
    `INSERT INTO undelivered_answers (approval_id, event, envelope, bytes, expires_at)
     VALUES ($1, $2, $3, $4, clock_timestamp() + ${ANSWER_KEPT_MS} * interval '1 millisecond') ON CONFLICT (approval_id) DO NOTHING`,
    [approval, event, text === null ? null : sealer.seal(text, undeliveredAnswerAad(approval)), bytes],
  );
}

export async function forgetAnswer(run: RunRows, approval: string): Promise<void> {
  await run('DELETE FROM undelivered_answers WHERE approval_id = $1', [approval]);
}

/** Answers that nobody fetched in time. */
export async function dropOldAnswers(run: RunRows): Promise<void> {
  await run('DELETE FROM undelivered_answers WHERE expires_at <= clock_timestamp()', []);
}
