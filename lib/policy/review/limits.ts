import type { LimitRule } from '../document';
import { durationSeconds } from '../duration';
import { removal } from './fixes';
import type { PlacedBlock } from './placed-block';
import type { Review } from './review-context';

/** Limits that never refuse anything, because another one is always used up before. */
export function reviewLimits(review: Review): void {
  const everywhere = review.everywhere === null ? [] : limitsOf(review.everywhere);
  for (const placed of review.blocks) {
    const own = limitsOf(placed);
    if (own.length === 0) continue;
    const rivals = placed === review.everywhere ? own : [...own, ...everywhere];
    for (const { limit, pointer } of own) {
      const first = rivals.find(
        (rival) =>
          rival.pointer !== pointer && isAlwaysFirst(rival.limit, limit) && !(isAlwaysFirst(limit, rival.limit) && pointer < rival.pointer),
      );
      if (first === undefined) continue;
      review.say({
        code: 'limit.redundant',
        pointer,
        message: `${first.pointer} (${first.limit.max} per ${first.limit.window}) is always used up before this limit.`,
        hint: 'remove it, or lower it',
        fixes: [removal('Remove this limit', pointer), removal(`Remove the other one`, first.pointer)],
      });
    }
  }
}

/** A limit and where it stands. */
export interface PlacedLimit {
  readonly limit: LimitRule;
  readonly pointer: string;
}

/** The limits of a block, its `rate_limit` last. */
export function limitsOf(placed: PlacedBlock): PlacedLimit[] {
  const limits = placed.block.limits.map((limit, i) => ({ limit, pointer: `${placed.pointer}/limits/${i}` }));
  return placed.block.rate_limit === null
    ? limits
    : [...limits, { limit: placed.block.rate_limit, pointer: `${placed.pointer}/rate_limit` }];
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 };

function isAlwaysFirst(rival: LimitRule, limit: LimitRule): boolean {
  const sameCount =
    rival.scope === limit.scope &&
    rival.increment === limit.increment &&
    rival.increment_from === limit.increment_from &&
    rival.align === limit.align &&
    rival.on_upstream_error === limit.on_upstream_error;
  // A limit that only observes refuses nothing, so nothing is used up before it in earnest.
  const binds = rival.mode !== 'observe' || limit.mode === 'observe';
  return sameCount && binds && rival.max <= limit.max && contains(rival, limit);
}

/** Whether every window of the limit lies inside one window of the rival; windows that straddle two could count twice as much. */
function contains(rival: LimitRule, limit: LimitRule): boolean {
  const inner = secondsOf(limit.window);
  const outer = secondsOf(rival.window);
  if (rival.window === limit.window) return true;
  if (limit.align === 'sliding') return outer >= inner;
  if (limit.window === 'week' || limit.window === 'month') return false;
  // Weeks and months begin with a day, and everything that divides a day begins with it too.
  return rival.window === 'week' || rival.window === 'month'
    ? UNIT_SECONDS.day !== undefined && UNIT_SECONDS.day % inner === 0
    : outer % inner === 0;
}

function secondsOf(window: string): number {
  return UNIT_SECONDS[window] ?? durationSeconds(window) ?? 0;
}
