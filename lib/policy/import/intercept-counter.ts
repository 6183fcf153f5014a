import type { JsonObject } from '@/lib/kernel/json';
import { type CommentedItem, memberOf } from '../commented/tree';
import { normalWindow } from '../duration';
import { type ReadCondition, textOf } from './intercept-condition';
import { pathFromIntercept } from './intercept-value';
import type { ReportRow } from './report';

export interface ReadCounter {
  /** null: nothing is counted; `zero` when the bound leaves room for no call at all. */
  readonly limit: JsonObject | null;
  readonly zero: boolean;
  readonly notes: readonly Pick<ReportRow, 'status' | 'effect' | 'note'>[];
}

/** Intercept's words for its own windows; others are refused by it and read here all the same. */
const INTERCEPT_WINDOWS: readonly (string | null)[] = ['minute', 'hour', 'day'];
export const SHARED = 'One counter for everyone who uses this policy, as in Intercept; remove `scope` for one for each grant.';

/** Reads a rule's `state` together with the conditions on its counter, which hold its bound. */
export function readCounter(rule: CommentedItem, tool: string, conditions: readonly ReadCondition[], sentence: JsonObject): ReadCounter {
  const notes: Pick<ReportRow, 'status' | 'effect' | 'note'>[] = [];
  const scope = tool === '*' ? '_global' : tool;
  const state = memberOf(rule.value, 'state');
  const counter = textOf(state, 'counter');
  const own = `state.${scope}.${counter ?? ''}`;
  const onState = conditions.filter((condition) => condition.kind === 'state');
  for (const condition of onState.filter(({ path }) => state === undefined || path !== own))
    notes.push({
      status: 'dropped',
      effect: 'looser',
      note: `The condition on \`${condition.path}\` reads a counter of another rule, which this language cannot; what it refused now passes. Give this tool a limit of its own.`,
    });
  if (state === undefined) return { limit: null, zero: false, notes };
  const bounds = onState.filter(({ path }) => path === own);
  const max = Math.min(...bounds.map(boundOf).filter((bound) => bound !== null));
  for (const condition of bounds.filter((one) => boundOf(one) === null))
    notes.push(
      condition.op === 'gte' && condition.value === 0
        ? { status: 'changed', effect: 'same', note: `A counter is never below 0, so \`${condition.op} 0\` says nothing and was left out.` }
        : {
            status: 'dropped',
            effect: 'looser',
            note: `\`${condition.op} ${JSON.stringify(condition.value)}\` on a counter has no counterpart; only an upper bound is a limit.`,
          },
    );
  if (!Number.isFinite(max)) {
    notes.push({
      status: 'dropped',
      effect: 'same',
      note: 'The counter has no upper bound (`lt` or `lte`), and without one Intercept counts nothing.',
    });
    return { limit: null, zero: false, notes };
  }
  if (bounds.some(({ op }) => op === 'lt'))
    notes.push({ status: 'mapped', effect: 'same', note: `\`lt ${max + 1}\` lets ${max} pass in a window, so \`max\` is ${max}.` });
  const written = textOf(state, 'window');
  const window = written === null ? null : normalWindow(written);
  if (window === null) {
    notes.push({
      status: 'dropped',
      effect: 'looser',
      note: `\`${written ?? ''}\` is no window, so nothing can be counted; Intercept refuses such a policy.`,
    });
    return { limit: null, zero: false, notes };
  }
  if (!INTERCEPT_WINDOWS.includes(written))
    notes.push({ status: 'mapped', effect: 'same', note: `Intercept itself does not know the window \`${written}\`.` });
  if (max < 1) {
    const summed = textOf(state, 'increment_from') !== null;
    notes.push({
      status: 'changed',
      effect: summed ? 'stricter' : 'same',
      note: 'A limit that leaves room for nothing became a rule that denies.',
    });
    return { limit: null, zero: true, notes };
  }
  notes.push({ status: 'mapped', effect: 'same', note: SHARED });
  const amount = incrementOf(state, notes);
  return {
    limit: {
      counter: `${scope}.${counter ?? 'calls'}`.slice(0, 200),
      window: written ?? window,
      max,
      scope: 'policy',
      ...amount,
      ...sentence,
    },
    zero: false,
    notes,
  };
}

/** `10/hour`, or `{ max, window }` with seconds as on PolicyLayer's pages; null when it cannot be read. */
export function readRate(rule: CommentedItem): { max: number; window: string | number } | null {
  const node = memberOf(rule.value, 'rate_limit')?.value;
  if (node?.kind === 'object') {
    const max = memberOf(node, 'max')?.value;
    const window = memberOf(node, 'window')?.value;
    if (max?.kind !== 'scalar' || window?.kind !== 'scalar' || !isCount(max.value)) return null;
    if (isCount(window.value)) return normalWindow(`${window.value}s`) === null ? null : { max: max.value, window: window.value };
    return typeof window.value === 'string' && normalWindow(window.value) !== null ? { max: max.value, window: window.value } : null;
  }
  const match = node?.kind === 'scalar' && typeof node.value === 'string' ? /^\s*([0-9]+)\s*\/\s*([a-z0-9]+)\s*$/.exec(node.value) : null;
  const max = Number(match?.[1]);
  const window = match?.[2] ?? '';
  return match !== null && isCount(max) && normalWindow(window) !== null ? { max, window } : null;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

/** The most that may be counted after a call: Intercept cuts fractions off, and `lt n` means n - 1. */
function boundOf(condition: ReadCondition): number | null {
  if (condition.kind !== 'state' || typeof condition.value !== 'number') return null;
  if (condition.op === 'lte') return Math.trunc(condition.value);
  return condition.op === 'lt' ? Math.trunc(condition.value) - 1 : null;
}

function incrementOf(state: CommentedItem, notes: Pick<ReportRow, 'status' | 'effect' | 'note'>[]): JsonObject {
  const from = textOf(state, 'increment_from');
  if (from?.startsWith('args.') === true) {
    notes.push({
      status: 'mapped',
      effect: 'stricter',
      note: 'A negative amount is refused here; Intercept would give room back. Fractions count, Intercept cuts them off.',
    });
    return { increment_from: pathFromIntercept(from) };
  }
  if (from !== null)
    notes.push({
      status: 'changed',
      effect: 'unclear',
      note: `\`increment_from: ${from}\` is no argument, so each call counts as 1; Intercept refuses such a policy.`,
    });
  const increment = memberOf(state.value, 'increment')?.value;
  const value: unknown = increment?.kind === 'scalar' ? increment.value : null;
  if (isCount(value) && value !== 1) return { increment: value };
  if (increment !== undefined && value !== 0 && !isCount(value))
    notes.push({
      status: 'changed',
      effect: 'unclear',
      note: `\`increment: ${JSON.stringify(value)}\` is no whole number above 0, so each call counts as 1.`,
    });
  return {};
}
