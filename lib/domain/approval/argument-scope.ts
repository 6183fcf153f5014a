import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { leavesOf } from './argument-leaves';
import { ARGUMENT_ROWS_MAX } from './argument-path';

/** What one argument may be in later calls, tightest first. `at_most`: a number from 0 to the one that was shown; `any`: any text. */
export const ARGUMENT_BOUNDS = ['equal', 'at_most', 'any'] as const;
export type ArgumentBound = (typeof ARGUMENT_BOUNDS)[number];

/** Bounds by the path of the argument; what is not named is `equal`. */
export type ChosenBounds = Readonly<Record<string, ArgumentBound>>;

/** An argument as it was asked for; of a redacted one only the keyed digest of its value is known. */
export type AskedLeaf = { readonly path: string } & ({ readonly value: Json } | { readonly hmac: string });

/** The rule that later calls are held against: every argument, and no other, within its bound. */
export type ArgumentScope = readonly ScopeLeaf[];
export type ScopeLeaf =
  | { readonly path: string; readonly bound: 'equal'; readonly value: Json }
  | { readonly path: string; readonly bound: 'at_most'; readonly value: number }
  | { readonly path: string; readonly bound: 'any' }
  | { readonly path: string; readonly bound: 'redacted'; readonly hmac: string };

/** Larger arguments are approved exactly, or not for a while: a scope is looked at with each call. */
export const SCOPE_CHARACTERS_MAX = 64_000;

/** Keyed digest of a canonical JSON text. */
export type Hmac = (canonical: string) => string;

/**
 * Paths of the arguments, each with the keyed digest of its value where redaction hides it and null where it is shown;
 * null when nothing is hidden. Kept with the request, so that `exactly` can mean the hidden value, too.
 */
export function hiddenLeaves(args: JsonObject, shown: JsonObject, hmac: Hmac): readonly (readonly [string, string | null])[] | null {
  if (args === shown || canonicalJson(args) === canonicalJson(shown)) return null;
  const visible = leavesOf(shown);
  return [...leavesOf(args)].map(([path, value]) => {
    const text = canonicalJson(value);
    const seen = visible.get(path);
    return [path, seen !== undefined && canonicalJson(seen) === text ? null : hmac(text)];
  });
}

/** The arguments of a request from what is kept of it. */
export function askedLeaves(shown: Json, hidden: ReturnType<typeof hiddenLeaves>): readonly AskedLeaf[] {
  const visible = leavesOf(shown);
  if (hidden === null) return [...visible].map(([path, value]) => ({ path, value }));
  return hidden.map(([path, hmac]) => (hmac === null ? { path, value: visible.get(path) ?? null } : { path, hmac }));
}

/** The bounds that an approver may choose for an argument. Redacted ones, lists, objects and flags stay as they are. */
export function boundsFor(leaf: AskedLeaf): readonly ArgumentBound[] {
  if (!('value' in leaf)) return ['equal'];
  if (typeof leaf.value === 'number') return leaf.value > 0 ? ['equal', 'at_most'] : ['equal'];
  // Text that is JSON carries arguments of its own, perhaps of another tool.
  return typeof leaf.value === 'string' && !carriesJson(leaf.value) ? ['equal', 'any'] : ['equal'];
}

/** Whether the arguments are few and short enough for a scope. */
export function isScopable(leaves: readonly AskedLeaf[]): boolean {
  if (leaves.length > ARGUMENT_ROWS_MAX) return false;
  return (
    leaves.reduce((sum, leaf) => sum + leaf.path.length + ('value' in leaf ? JSON.stringify(leaf.value).length : 64), 0) <=
    SCOPE_CHARACTERS_MAX
  );
}

export interface ScopeMistake {
  readonly path: string;
  readonly message: string;
}

/** The scope that the chosen bounds make of a request, or what is wrong with them. */
export function scopeOf(leaves: readonly AskedLeaf[], chosen: ChosenBounds): Result<ArgumentScope, ScopeMistake> {
  const bounds = new Map(Object.entries(chosen));
  const known = new Map(leaves.map((leaf) => [leaf.path, leaf]));
  for (const [path, bound] of bounds) {
    const leaf = known.get(path);
    // One answer for both: names below a redacted object are nothing to ask for.
    if (leaf === undefined || !('value' in leaf))
      return fail({ path, message: 'The call that was shown has no such argument, or its value is redacted.' });
    if (!boundsFor(leaf).includes(bound)) return fail({ path, message: refusalOf(bound) });
  }
  return ok(leaves.map((leaf) => scopeLeaf(leaf, bounds.get(leaf.path) ?? 'equal')));
}

function scopeLeaf(leaf: AskedLeaf, bound: ArgumentBound): ScopeLeaf {
  const { path } = leaf;
  if (!('value' in leaf)) return { path, bound: 'redacted', hmac: leaf.hmac };
  if (bound === 'any') return { path, bound };
  return bound === 'at_most' ? { path, bound, value: leaf.value as number } : { path, bound, value: leaf.value };
}

function refusalOf(bound: ArgumentBound): string {
  return bound === 'at_most'
    ? 'Only a number above 0 can be an upper bound.'
    : 'Only text can be any value, and only text that carries no JSON.';
}

/** true when the call has exactly the arguments of the scope, each within its bound. Types are part of a value: "725" is not 725. */
export function isWithin(scope: ArgumentScope, args: JsonObject, hmac: Hmac): boolean {
  const leaves = leavesOf(args);
  return leaves.size === scope.length && scope.every((leaf) => holds(leaf, leaves.get(leaf.path), hmac));
}

function holds(leaf: ScopeLeaf, value: Json | undefined, hmac: Hmac): boolean {
  if (value === undefined) return false;
  switch (leaf.bound) {
    case 'equal':
      return canonicalJson(value) === canonicalJson(leaf.value);
    case 'redacted':
      return hmac(canonicalJson(value)) === leaf.hmac;
    case 'at_most':
      return typeof value === 'number' && value >= 0 && value <= leaf.value;
    case 'any':
      return typeof value === 'string';
  }
}

/** What is loosened by all of them, by each as little as the tightest says. */
export function tightestOf(votes: readonly ChosenBounds[]): ChosenBounds {
  const maps = votes.map((chosen) => new Map(Object.entries(chosen)));
  const paths = new Set(maps.flatMap((bounds) => [...bounds.keys()]));
  const tightest = [...paths].map((path): [string, ArgumentBound] => {
    const ranks = maps.map((bounds) => ARGUMENT_BOUNDS.indexOf(bounds.get(path) ?? 'equal'));
    return [path, ARGUMENT_BOUNDS[Math.min(...ranks)] ?? 'equal'];
  });
  return loosened(Object.fromEntries(tightest));
}

/** Without what is exact anyway. */
export function loosened(chosen: ChosenBounds): ChosenBounds {
  return Object.fromEntries(Object.entries(chosen).filter(([, bound]) => bound !== 'equal'));
}

function carriesJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
