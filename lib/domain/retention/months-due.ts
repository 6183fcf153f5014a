/** Shorter than this, investigations would find nothing; the database refuses it too. */
export const RETENTION_DAYS_MIN = 30;
export const RETENTION_DAYS_MAX = 3_650;

/** One month of the trail; epoch milliseconds, half-open. */
export interface TrailMonth {
  /** `YYYY-MM`, UTC. */
  readonly month: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Agents with calls in it. */
  readonly agentIds: ReadonlySet<string>;
}

/** A standing legal hold; open ends are null, and so is the agent of a hold on everybody. */
export interface StandingHold {
  readonly id: string;
  readonly agentId: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface MonthFate {
  /** `kept`: not past retention; `held`: past it, and under a hold; `due`: to be removed. */
  readonly state: 'kept' | 'held' | 'due';
  /** Holds that touch the month, whether or not it is past retention. */
  readonly holds: readonly string[];
}

/** A month is due when all of it is past retention and no hold touches it: a month leaves as a whole or not at all. */
export function monthFate(month: TrailMonth, days: number | null, holds: readonly StandingHold[], nowMs: number): MonthFate {
  const touching = holds.filter((hold) => touches(hold, month)).map(({ id }) => id);
  if (days === null || month.toMs > nowMs - days * 86_400_000) return { state: 'kept', holds: touching };
  return { state: touching.length > 0 ? 'held' : 'due', holds: touching };
}

function touches({ agentId, fromMs, toMs }: StandingHold, month: TrailMonth): boolean {
  if (fromMs !== null && fromMs >= month.toMs) return false;
  if (toMs !== null && toMs <= month.fromMs) return false;
  return agentId === null || month.agentIds.has(agentId);
}
