const DAY_MS = 24 * 60 * 60_000;

/** How often somebody looks whether an agent is still needed, unless the agent says otherwise. */
export const REVIEW_DAYS_DEFAULT = 90;
export const REVIEW_DAYS_MAX = 730;

/** A grant that was used once counts as unused after so long a silence, one that never was after so long a life. */
export const UNUSED_AFTER_DAYS = 30;
export const NEVER_USED_AFTER_DAYS = 14;

export const daysFrom = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS);

/** `never`: not used since it was made, or since it began; `idle`: not used for a while; null: used, or too young to tell. */
export type Unused = 'never' | 'idle' | null;

export function unusedAt(
  grant: { readonly createdAt: Date; readonly notBefore: Date | null; readonly lastUsedAt: Date | null },
  now: Date,
): Unused {
  if (grant.lastUsedAt !== null) return grant.lastUsedAt <= daysFrom(now, -UNUSED_AFTER_DAYS) ? 'idle' : null;
  const since = grant.notBefore !== null && grant.notBefore > grant.createdAt ? grant.notBefore : grant.createdAt;
  return since <= daysFrom(now, -NEVER_USED_AFTER_DAYS) ? 'never' : null;
}
