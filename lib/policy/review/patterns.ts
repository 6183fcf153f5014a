import { conditionsOf } from './places';
import type { Review } from './review-context';

/** Patterns with an open end in a place where an open end lets more pass than it seems. */
export function reviewPatterns(review: Review): void {
  for (const placed of review.blocks) {
    for (const { condition, pointer, stage } of conditionsOf(placed, review.isGrouped)) {
      if (condition.op !== 'regex' || typeof condition.value !== 'string' || stage !== 'require') continue;
      if (!/^\^?\.\*|\.\*\$?$/.test(condition.value)) continue;
      review.say(
        'warning',
        'pattern.unanchored',
        `${pointer}/value`,
        'This pattern is open at an end, so anything may stand there, also line breaks.',
        'say exactly what may follow, for example [a-z0-9-]+ instead of .*',
      );
    }
  }
}
