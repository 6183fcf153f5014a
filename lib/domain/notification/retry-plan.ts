/** A delivery is tried so often, over about four hours; then it has failed. */
export const ATTEMPTS_MAX = 8;
/** The longest wait, also when a receiver asks for more. */
export const RETRY_MS_MAX = 2 * 60 * 60_000;

const FIRST_MS = 5_000;
const FACTOR = 4;

/**
 * Milliseconds from attempt `attempt` (from 1) to the next one: 5 s, 20 s, 80 s … 2 h, a fifth more or less by `random` (0 to 1), so that
 * receivers that come back are not all asked in the same instant. `askedMs` is what the receiver wants to be left alone for; null without.
 * null: that was the last one.
 */
export function nextAttemptMs(attempt: number, random: number, askedMs: number | null = null): number | null {
  if (attempt >= ATTEMPTS_MAX) return null;
  const plainMs = Math.min(RETRY_MS_MAX, FIRST_MS * FACTOR ** (attempt - 1));
  const jitteredMs = Math.round(plainMs * (0.8 + 0.4 * random));
  return Math.max(jitteredMs, Math.min(askedMs ?? 0, RETRY_MS_MAX));
}
