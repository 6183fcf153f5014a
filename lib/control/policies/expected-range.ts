export const OUTCOMES = ['denied', 'limited', 'asked'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The time after publishing that people watch. */
export const FIRST_MS = 15 * 60_000;
/** Longer spans say more about the traffic than about the version. */
export const SO_FAR_MS_MAX = 24 * 3_600_000;

/**
 * What chance alone makes of an expected count: twice the square root to either side (about 95 % of a Poisson count), and never
 * narrower than one call, so that a single call is no deviation.
 */
export function expectedRange(expected: number): { expected: number; low: number; high: number } {
  const spread = 2 * Math.sqrt(expected);
  return {
    expected: Math.round(expected * 10) / 10,
    low: Math.max(0, Math.floor(expected - spread)),
    high: Math.max(1, Math.ceil(expected + spread)),
  };
}
