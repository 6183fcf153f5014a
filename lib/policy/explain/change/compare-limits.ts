import type { Json } from '@/lib/kernel/json';
import type { LimitRule } from '../../document';
import { deepEqual } from '../../operators/equality';
import { pointerTo } from '../../problem';
import { limitWords } from '../explain-limit';
import type { ChangeEffect } from '../explanation';
import { bareWords } from '../value-words';
import { numberWords } from '../words';
import { modeWords, observed, quoted } from './compare-rules';
import { pair, strongest } from './rule-order';
import { type Comparison, effectOf, inner, isEnforcedRule, type Say, type Side } from './side';

interface Placed {
  readonly limit: LimitRule;
  readonly pointer: string;
  readonly own: boolean;
}

/** Differences between the limits of two blocks, `rate_limit` among them. A limit on another counter starts counting anew. */
export function compareLimits({ before, after }: Comparison, say: Say): void {
  const { pairs, removed, added } = pair(place(before), place(after), [
    (a, b) => deepEqual(a.limit as unknown as Json, b.limit as unknown as Json),
    (a, b) => sameCounter(a.limit, b.limit),
    (a, b) => a.limit.counter === b.limit.counter,
    (a, b) => a.own && b.own,
  ]);
  for (const one of removed) {
    const enforced = isEnforcedRule(one.limit, before);
    say(enforced ? 'loosens' : 'neutral', `no longer limited to ${observed(enforced)}${words(one)}`, one.pointer, 'before');
  }
  for (const [one, other] of pairs) comparePair(one, other, before, after, say);
  for (const one of added) {
    const enforced = isEnforcedRule(one.limit, after);
    say(enforced ? 'tightens' : 'neutral', `new: ${observed(enforced)}${words(one)}`, one.pointer);
  }
}

function place(side: Side): Placed[] {
  const { limits, rate_limit: rate } = side.block;
  const placed = limits.map((limit, i) => ({ limit, pointer: `${pointerTo(side.pointer, 'limits')}/${i}`, own: false }));
  return rate === null ? placed : [...placed, { limit: rate, pointer: pointerTo(side.pointer, 'rate_limit'), own: true }];
}

function comparePair(one: Placed, other: Placed, before: Side, after: Side, say: Say): void {
  const was = isEnforcedRule(one.limit, before);
  const is = isEnforcedRule(other.limit, after);
  const change = limitEffect(one.limit, other.limit);
  if (change !== null) say(effectOf(change, was, is), changedWords(one, other), other.pointer);
  if (was !== is && one.limit.mode !== other.limit.mode)
    say(was ? 'loosens' : 'tightens', `${words(other)}: ${modeWords(was)} → ${modeWords(is)}`, other.pointer);
  if (one.limit.on_upstream_error !== other.limit.on_upstream_error) {
    const counts = other.limit.on_upstream_error === 'keep';
    const text = `${words(other)}: a call that fails on the server ${counts ? 'now counts too' : 'no longer counts'}`;
    say(effectOf(counts ? 'tightens' : 'loosens', was, is), text, other.pointer);
  }
  if (one.limit.on_deny !== other.limit.on_deny)
    say('neutral', `${words(other)}: the agent reads ${quoted(one.limit.on_deny)} → ${quoted(other.limit.on_deny)}`, other.pointer);
}

/** null: it counts and refuses alike. */
function limitEffect(before: LimitRule, after: LimitRule): ChangeEffect | null {
  if (!sameCounter(before, after)) return 'loosens';
  const effects: ChangeEffect[] = [];
  if (before.max !== after.max) effects.push(after.max > before.max ? 'loosens' : 'tightens');
  if (before.increment_from !== after.increment_from) effects.push('loosens');
  else if (before.increment_from === null && before.increment !== after.increment)
    effects.push(after.increment < before.increment ? 'loosens' : 'tightens');
  return effects.length === 0 ? null : strongest(effects);
}

function sameCounter(a: LimitRule, b: LimitRule): boolean {
  return a.counter === b.counter && a.window === b.window && a.align === b.align && a.scope === b.scope;
}

function changedWords(one: Placed, other: Placed): string {
  const start = words(one);
  const onlyMax = sameCounter(one.limit, other.limit) && limitWords({ ...one.limit, max: 0 }) === limitWords({ ...other.limit, max: 0 });
  if (onlyMax) return words(other).replace(numberWords(other.limit.max), `${numberWords(one.limit.max)} → ${numberWords(other.limit.max)}`);
  const anew = sameCounter(one.limit, other.limit) ? '' : ', counted anew';
  return `${start} → ${words(other)}${anew}`;
}

function words({ limit, own }: Placed): string {
  return `${inner(limitWords(limit))}${own ? '' : `, counted in ${bareWords(limit.counter)}`}`;
}
