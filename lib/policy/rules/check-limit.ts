import type { Charge } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import type { Json } from '@/lib/kernel/json';
import type { LimitRule, Mode } from '../document';
import { windowOf } from '../duration';
import { windowWords } from '../explain/words';
import type { Facts, Reader } from '../facts';
import { isPathMistake, parsePath, type Segment } from '../path';
import { compileReader } from '../read-path';
import { shownValue } from '../redact';
import { type Check, coveredOutside, isEnforced, type Level, type StepFrame, writeStep } from '../walk';
import { isRedacted } from './check-conditions';

/** A value that has a counter of its own is written into the counter's key, so it must be short and printable. */
const SCOPE_VALUE_MAX = 256;

/**
 * A limit as a charge on a counter. The engine keeps no counters: it says what would be charged and refuses only what
 * cannot be counted (an amount that is no number of 0 or more, a scope value that is missing or no scalar).
 */
export function limitCheck(limit: LimitRule, rule: string, mode: Mode | null, redactions: readonly (readonly Segment[])[]): Check {
  const frame: StepFrame = { stage: 'limit', rule, observes: mode === 'observe' };
  const amountPlace = limit.increment_from === null ? null : placeOf(limit.increment_from);
  const amountHidden = amountPlace !== null && isRedacted(amountPlace, redactions);
  const scopeKeyOf = scopeReader(limit.scope);
  const window = windowOf(limit.window);
  const sliding = limit.align === 'sliding' ? ' sliding' : '';
  const windowName = `${limit.window}${sliding}`;
  const keyStart = `${JSON.stringify([limit.counter, windowName, limit.scope]).slice(0, -1)},`;
  const note = `${limit.counter}: at most ${limit.max} per ${windowWords(limit.window)}${sliding} for each ${limit.scope}`;
  const run = (level: Level): boolean => {
    const raw = amountPlace === null ? limit.increment : amountPlace.read(level.facts);
    const scopeKey = scopeKeyOf(level.facts);
    const countable = typeof raw === 'number' && Number.isFinite(raw) && raw >= 0;
    const step = writeStep(level, level.facts.toolName, frame, countable && scopeKey !== undefined ? 'pass' : 'error', note);
    step.expected = limit.max;
    if (amountPlace !== null) step.path = amountPlace.text;
    if (raw !== undefined) step.actual = shownValue(raw, amountHidden || (amountPlace !== null && coveredOutside(level, amountPlace)));
    if (!countable || scopeKey === undefined) {
      step.note = `${note}; ${countable ? `${limit.scope} has no value to count for` : 'the amount is not a number of 0 or more'}`;
      level.refusals.push({
        outcome: 'denied',
        reason: 'argument.uncountable',
        rule,
        message: limit.on_deny ?? REASONS['argument.uncountable'].words,
        enforced: isEnforced(mode, level),
        step,
        approval: null,
      });
      return true;
    }
    const charge: Charge = {
      rule,
      counter: limit.counter,
      scope: limit.scope,
      scopeKey,
      key: `${keyStart}${JSON.stringify(scopeKey)}]`,
      window,
      align: limit.align,
      max: limit.max,
      amount: raw,
      onDeny: limit.on_deny,
      refundOnUpstreamError: limit.on_upstream_error === 'refund',
      enforced: isEnforced(mode, level),
    };
    level.charges.push(charge);
    return false;
  };
  return {
    mode,
    run,
    skip: (level) => {
      writeStep(level, level.facts.toolName, frame, 'not_reached', note).expected = limit.max;
    },
  };
}

function placeOf(text: string): {
  readonly text: string;
  readonly ofArgs: true;
  readonly segments: readonly Segment[];
  readonly read: Reader;
} {
  const path = parsePath(text);
  if (isPathMistake(path)) throw new Error(`a path that was never read: ${text}`);
  return { text, ofArgs: true, segments: path.segments, read: compileReader(path, 'UTC') };
}

/** Calls without a session share the grant's counter: that is never looser than one counter for each session. */
function scopeReader(scope: string): (facts: Facts) => string | undefined {
  switch (scope) {
    case 'grant':
      return (facts) => facts.call.grant.id;
    case 'agent':
      return (facts) => facts.call.agent.id;
    case 'owner':
      return (facts) => facts.call.agent.owner;
    case 'server':
      return (facts) => facts.call.server.id;
    case 'policy':
      return () => 'policy';
    case 'session':
      return (facts) => facts.call.session ?? facts.call.grant.id;
    default: {
      const { read } = placeOf(scope);
      return (facts) => scopeText(read(facts));
    }
  }
}

/** One text a value, so that `1` and `"1"` have counters of their own; undefined for what is no short scalar. */
function scopeText(value: Json | undefined): string | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
  if (typeof value === 'string' && (value.length > SCOPE_VALUE_MAX || !value.isWellFormed())) return undefined;
  return JSON.stringify(value);
}
