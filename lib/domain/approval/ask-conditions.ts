import type { Json } from '@/lib/kernel/json';
import type { LoadedRequest } from './approval-load';
import { leavesOf } from './argument-leaves';

/** A request with the arguments that were kept of it; null when none were, or when a dispatcher held them. */
export interface KeptRequest {
  readonly args: Json | null;
  readonly outcome: LoadedRequest['outcome'];
}

/** A condition for `when` of the rule that asks: people are asked only where it holds, or where it cannot be evaluated. */
export type AskCondition =
  | { readonly path: string; readonly op: 'gt'; readonly value: number }
  | { readonly path: string; readonly op: 'not_in'; readonly value: readonly string[] };

export interface AskAlternative {
  readonly condition: AskCondition;
  /** Of the looked-at requests so many would have been made all the same. */
  readonly asked: number;
  /** Of those that would not have been made, so many were never answered; the others were approved or taken back. None was denied. */
  readonly unanswered: number;
  /** The lowest and highest number that was asked for; null for texts. */
  readonly range: readonly [number, number] | null;
}

/** Fewer approved requests say too little. */
const APPROVED_MIN = 20;
const QUANTILE = 0.95;
const VALUES_MAX = 5;
/** A value that people ask for less often than this is not usual. */
const VALUE_SHARE = 0.05;
const VALUE_CHARACTERS_MAX = 80;
/** An alternative that asks more than this share of before is none. */
const WORTH_IT = 0.8;
const ALTERNATIVES_MAX = 3;

/**
 * Conditions under which the rule would have asked less, each counted over the very requests that were made. None lets
 * through what a person denied; when nobody can tell what was denied, there are none. `redacted` stands for hidden values.
 */
export function askAlternatives(requests: readonly KeptRequest[], redacted: string): readonly AskAlternative[] {
  if (requests.some(({ args, outcome }) => outcome === 'denied' && args === null)) return [];
  const kept = requests.flatMap(({ args, outcome }) => (args === null ? [] : [{ leaves: leavesOf(args), outcome }]));
  const approved = kept.filter(({ outcome }) => outcome === 'approved');
  if (approved.length < APPROVED_MIN) return [];
  const denied = kept.filter(({ outcome }) => outcome === 'denied');
  const paths = new Set(approved.flatMap(({ leaves }) => [...leaves.keys()]).filter((path) => PLAIN.test(path)));
  const alternatives = [...paths].flatMap((path) => {
    const all = valuesAt(kept, path);
    if (all.some((value) => value === redacted)) return [];
    const condition = aboveUsual(path, all, valuesAt(approved, path), valuesAt(denied, path)) ?? otherThanUsual(path, approved, denied);
    if (condition === null) return [];
    const spared = kept.filter(({ leaves }) => !asks(condition, leaves.get(path)));
    if (spared.some(({ outcome }) => outcome === 'denied')) return [];
    const unanswered = spared.filter(({ outcome }) => outcome === 'expired').length;
    const numbers = all.filter((value): value is number => typeof value === 'number');
    const range = condition.op === 'gt' ? ([Math.min(...numbers), Math.max(...numbers)] as const) : null;
    return [{ condition: { ...condition, path: `args.${path}` }, asked: requests.length - spared.length, unanswered, range }];
  });
  return alternatives
    .filter(({ asked }) => asked <= WORTH_IT * requests.length)
    .sort((a, b) => a.asked - b.asked)
    .slice(0, ALTERNATIVES_MAX);
}

/** As the policy engine has it: a value of another kind, or none, is asked about. */
function asks(condition: AskCondition, value: Json | undefined): boolean {
  if (condition.op === 'gt') return typeof value !== 'number' || value > condition.value;
  return typeof value !== 'string' || !condition.value.includes(value);
}

/** The largest approved number within the usual ones that lies below everything that was denied. */
function aboveUsual(path: string, all: readonly Json[], approved: readonly Json[], denied: readonly Json[]): AskCondition | null {
  if (!all.every((value) => typeof value === 'number')) return null;
  const numbers = (approved as readonly number[]).toSorted((a, b) => a - b);
  const usual = numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * QUANTILE))] ?? 0;
  const ceiling = Math.min(...(denied as readonly number[]));
  const value = numbers.findLast((one) => one <= usual && one < ceiling);
  return value === undefined ? null : { path, op: 'gt', value };
}

/** The most common texts that nobody ever denied. */
function otherThanUsual(path: string, approved: readonly Kept[], denied: readonly Kept[]): AskCondition | null {
  const refused = new Set(valuesAt(denied, path));
  const counts = new Map<string, number>();
  for (const value of valuesAt(approved, path)) {
    if (typeof value !== 'string') return null;
    if (value.length <= VALUE_CHARACTERS_MAX && !refused.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const common = [...counts]
    .filter(([, count]) => count >= VALUE_SHARE * approved.length && count > 1)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, VALUES_MAX);
  return common.length === 0 ? null : { path, op: 'not_in', value: common.map(([value]) => value) };
}

interface Kept {
  readonly leaves: ReadonlyMap<string, Json>;
  readonly outcome: LoadedRequest['outcome'];
}

const valuesAt = (kept: readonly Kept[], path: string): Json[] =>
  kept.flatMap(({ leaves }) => {
    const value = leaves.get(path);
    return value === undefined ? [] : [value];
  });

/** What `args.` can stand before without quotes, alike in both ways of writing paths. */
const PLAIN = /^[\p{L}_$][\p{L}\p{N}_$-]*(\.[\p{L}_$][\p{L}\p{N}_$-]*)*$/u;
