/** A question or an answer on a request is a few lines, and a request no forum. */
export const COMMENT_CHARACTERS_MAX = 2_000;
export const COMMENTS_MAX = 50;

/** Minutes for which somebody can put a request aside for themselves. */
export const SNOOZE_MINUTES = [5, 15, 30] as const;
export type SnoozeMinutes = (typeof SNOOZE_MINUTES)[number];

/** What was put aside is back so long before its time is over. */
export const SNOOZE_MARGIN_MS = 60_000;

/** More time for a request that waits, a step at a time. */
export const EXTENSION_MS = 5 * 60_000;
const EXTENDED_FACTOR_MAX = 3;
const EXTENDED_MS_MAX = 7 * 86_400_000;

/** The latest time (epoch ms) that a request can be extended to: three times what its rule gives, and 7 days. The database holds to it, too. */
export function latestExpiryMs(createdAtMs: number, ruleExpiresAtMs: number): number {
  return createdAtMs + Math.min(EXTENDED_FACTOR_MAX * (ruleExpiresAtMs - createdAtMs), EXTENDED_MS_MAX);
}

/** Until when (epoch ms) a request is put aside; null when too little of its time is left for that. */
export function snoozedUntilMs(nowMs: number, minutes: SnoozeMinutes, expiresAtMs: number): number | null {
  const untilMs = Math.min(nowMs + minutes * 60_000, expiresAtMs - SNOOZE_MARGIN_MS);
  return untilMs > nowMs ? untilMs : null;
}
