/** How long an approval that was given waits for its call, by the database's clock. */
export const APPROVED_USABLE_MS = 10 * 60_000;

/** The answer of an approved call that could not be delivered is kept so long for an identical retry, if it is no larger than this. */
export const ANSWER_KEPT_MS = 10 * 60_000;
export const ANSWER_KEPT_BYTES_MAX = 1024 * 1024;

/** Requests of one agent that may wait for people at once; further ones are denied (`approval.backlog`). */
export const PENDING_PER_AGENT_MAX = 20;

/** After a denial the same call is denied for so long without asking anybody again. */
export const COOL_DOWN_MS = 10 * 60_000;

/** So many denials in a row, the first and the last no further apart than the window, pause the agent's requests. */
export const DENIALS_BEFORE_PAUSE = 3;
export const DENIALS_WINDOW_MS = 30 * 60_000;
/** The pause is counted from the last of them. */
export const PAUSE_MS = 30 * 60_000;

/** A held call says that it is still there this often; after `HOLD_SILENT_MS` without a sign its agent counts as gone. */
export const HOLD_BEAT_MS = 5_000;
export const HOLD_SILENT_MS = 15_000;

/** What an approver may choose: this call once, or the same arguments for a while. */
export const APPROVAL_DURATIONS = { once: 0, '15m': 15 * 60_000, '1h': 60 * 60_000 } as const;
export type ApprovalDuration = keyof typeof APPROVAL_DURATIONS;

/** The length of a policy's `reuse` in milliseconds; 0 for `once`. The policy reader has made it seconds. */
export function reuseMs(reuse: string): number {
  const seconds = /^(\d+)s$/.exec(reuse)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

/**
 * Until when an agent's requests are paused, from its latest decided requests (newest first), or null. Approvals in
 * between end a row of denials.
 */
export function pausedUntilMs(latest: readonly { readonly denied: boolean; readonly atMs: number }[]): number | null {
  const row = latest.slice(0, DENIALS_BEFORE_PAUSE);
  const newest = row[0];
  const oldest = row[DENIALS_BEFORE_PAUSE - 1];
  if (newest === undefined || oldest === undefined || row.some((decision) => !decision.denied)) return null;
  return newest.atMs - oldest.atMs <= DENIALS_WINDOW_MS ? newest.atMs + PAUSE_MS : null;
}

/** Requests that can be decided together: more than that nobody looks through. */
export const DECIDED_AT_ONCE_MAX = 50;
