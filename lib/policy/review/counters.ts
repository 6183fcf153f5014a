import { setting } from './fixes';
import { limitsOf, type PlacedLimit } from './limits';
import { isRelated } from './name-words';
import type { PlacedBlock } from './placed-block';
import type { Review } from './review-context';

interface Use extends PlacedLimit {
  readonly placed: PlacedBlock;
}

/** Limits of different tools that count into one counter, where that is hardly meant: other units, or tools that have nothing in common. */
export function reviewCounters(review: Review): void {
  const uses = new Map<string, Use[]>();
  for (const placed of review.blocks) {
    for (const { limit, pointer } of limitsOf(placed)) {
      const identity = JSON.stringify([limit.counter, limit.window, limit.align === 'sliding', limit.scope]);
      const others = uses.get(identity);
      if (others === undefined) uses.set(identity, [{ placed, limit, pointer }]);
      else others.push({ placed, limit, pointer });
    }
  }
  for (const [first, ...rest] of uses.values()) {
    for (const use of rest) if (first !== undefined && use.placed !== first.placed) reviewPair(review, first, use);
  }
}

function reviewPair(review: Review, first: Use, use: Use): void {
  const { counter } = use.limit;
  const ownName = `${counter}_${use.placed.owner.replace(/[^A-Za-z0-9]+/g, '_')}`;
  const fixes = use.pointer.endsWith('/rate_limit')
    ? []
    : [setting(`Count it for itself as ${ownName}`, `${use.pointer}/counter`, ownName)];
  const hint = 'give it a counter of its own, unless one budget for both is meant';
  const unit = unitOf(use);
  if (unit !== unitOf(first)) {
    const message = `${first.pointer} counts ${unitOf(first)} into \`${counter}\`, and this limit ${unit}: the sum means neither.`;
    review.say({ code: 'counter.mixed', pointer: use.pointer, message, hint, fixes });
    return;
  }
  if (use.placed === review.everywhere || first.placed === review.everywhere) return;
  const [a, b] = [first.placed.tools[0], use.placed.tools[0]];
  if (a === undefined || b === undefined || a.category === b.category || isRelated(a.name, b.name)) return;
  const message = `${use.placed.owner} and ${first.placed.owner} share the counter \`${counter}\`: calls of one use up the limit of the other.`;
  review.say({ severity: 'info', code: 'counter.shared', pointer: use.pointer, message, hint, fixes });
}

function unitOf({ limit }: Use): string {
  return limit.increment_from === null ? 'calls' : `\`${limit.increment_from.replace(/^args\./, '')}\``;
}
