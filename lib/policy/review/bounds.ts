import type { LimitRule } from '../document';
import { durationSeconds } from '../duration';
import { conditionsOf, type PlacedCondition } from './places';
import type { PlacedBlock, Review } from './review-context';

/** Numbers that contradict or swallow each other: requirements nothing meets, blocks and limits that never decide. */
export function reviewBounds(review: Review): void {
  for (const placed of review.blocks) {
    const conditions = conditionsOf(placed, review.isGrouped).filter(
      ({ alone, condition }) => alone && typeof condition.value === 'number' && !condition.path.includes('[*]'),
    );
    for (const path of new Set(conditions.map(({ condition }) => condition.path))) {
      reviewPath(
        review,
        path,
        conditions.filter(({ condition }) => condition.path === path),
      );
    }
    reviewLimits(review, placed);
  }
}

const boundOf = (placed: PlacedCondition): number => placed.condition.value as number;
const isUpper = ({ condition }: PlacedCondition) => condition.op === 'lt' || condition.op === 'lte';
const isLower = ({ condition }: PlacedCondition) => condition.op === 'gt' || condition.op === 'gte';

/** What calls may pass lies between the required bounds and outside the denied half-lines; `strict` ends are not part of it. */
function reviewPath(review: Review, path: string, conditions: readonly PlacedCondition[]): void {
  const uppers: { at: PlacedCondition; value: number; strict: boolean }[] = [];
  const lowers: { at: PlacedCondition; value: number; strict: boolean }[] = [];
  for (const at of conditions) {
    const { op } = at.condition;
    if (at.stage === 'require' && isUpper(at)) uppers.push({ at, value: boundOf(at), strict: op === 'lt' });
    if (at.stage === 'require' && isLower(at)) lowers.push({ at, value: boundOf(at), strict: op === 'gt' });
    if (at.stage === 'deny_if' && isLower(at)) uppers.push({ at, value: boundOf(at), strict: op === 'gte' });
    if (at.stage === 'deny_if' && isUpper(at)) lowers.push({ at, value: boundOf(at), strict: op === 'lte' });
  }
  const tightest = (bounds: typeof uppers, sign: 1 | -1) =>
    [...bounds].sort((a, b) => sign * (a.value - b.value) || Number(b.strict) - Number(a.strict))[0];
  const upper = tightest(uppers, 1);
  const lower = tightest(lowers, -1);
  if (
    upper !== undefined &&
    lower !== undefined &&
    (lower.value > upper.value || (lower.value === upper.value && (lower.strict || upper.strict)))
  ) {
    review.say(
      'warning',
      'rule.contradiction',
      upper.at.pointer,
      `No value of \`${path}\` passes: ${upper.at.rulePointer} and ${lower.at.rulePointer} exclude each other.`,
      'every call is denied here; change one of the two',
    );
    return;
  }
  for (const [bounds, winner] of [
    [uppers, upper],
    [lowers, lower],
  ] as const) {
    for (const bound of bounds) {
      if (winner !== undefined && bound !== winner)
        review.say(
          'warning',
          'rule.shadowed',
          bound.at.pointer,
          `${winner.at.rulePointer} refuses everything that this rule on \`${path}\` would.`,
          'remove it, or make it the stricter one',
        );
    }
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 };

/** A limit that allows no more in a longer time is always used up first. */
function reviewLimits(review: Review, placed: PlacedBlock): void {
  const own = limitsOf(placed);
  const everywhere = review.blocks.find((candidate) => candidate.owner === 'all_tools');
  const rivals = placed.owner === 'all_tools' || everywhere === undefined ? own : [...own, ...limitsOf(everywhere)];
  for (const { limit, pointer } of own) {
    const first = rivals.find(
      (rival) =>
        rival.pointer !== pointer && isAlwaysFirst(rival.limit, limit) && !(isAlwaysFirst(limit, rival.limit) && pointer < rival.pointer),
    );
    if (first !== undefined)
      review.say(
        'warning',
        'limit.redundant',
        pointer,
        `${first.pointer} (${first.limit.max} per ${first.limit.window}) is always used up before this limit.`,
        'remove it, or lower it',
      );
  }
}

function limitsOf(placed: PlacedBlock): { limit: LimitRule; pointer: string }[] {
  const limits = placed.block.limits.map((limit, i) => ({ limit, pointer: `${placed.pointer}/limits/${i}` }));
  return placed.block.rate_limit === null
    ? limits
    : [...limits, { limit: placed.block.rate_limit, pointer: `${placed.pointer}/rate_limit` }];
}

function isAlwaysFirst(rival: LimitRule, limit: LimitRule): boolean {
  const sameCount =
    rival.scope === limit.scope &&
    rival.increment === limit.increment &&
    rival.increment_from === limit.increment_from &&
    rival.align === limit.align &&
    rival.on_upstream_error === limit.on_upstream_error;
  return sameCount && rival.max <= limit.max && contains(rival, limit);
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
