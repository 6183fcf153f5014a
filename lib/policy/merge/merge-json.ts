import { diff3Merge } from 'node-diff3';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { pointerTo } from '../problem';

/** A place that both sides changed, each in its own way; undefined is "not there". */
export interface JsonConflict {
  readonly pointer: string;
  readonly base: Json | undefined;
  readonly mine: Json | undefined;
  readonly theirs: Json | undefined;
}

/**
 * Merges three values member by member and item by item. What only one side changed is taken from it; what both changed differently
 * is `mine`, and listed. Lists are merged as sequences of whole items, so that rules keep their order.
 */
export function mergeJson(
  base: Json | undefined,
  mine: Json | undefined,
  theirs: Json | undefined,
  conflicts: JsonConflict[],
  pointer = '',
): Json | undefined {
  if (same(mine, theirs) || same(base, theirs)) return mine;
  if (same(base, mine)) return theirs;
  if (isJsonObject(mine) && isJsonObject(theirs)) return mergeObjects(isJsonObject(base) ? base : {}, mine, theirs, conflicts, pointer);
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    const merged = mergeLists(Array.isArray(base) ? base : [], mine, theirs);
    if (merged !== null) return merged;
  }
  conflicts.push({ pointer, base, mine, theirs });
  return mine;
}

function mergeObjects(base: JsonObject, mine: JsonObject, theirs: JsonObject, conflicts: JsonConflict[], pointer: string): JsonObject {
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = mergeJson(own(base, key), own(mine, key), own(theirs, key), conflicts, pointerTo(pointer, key));
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** null where both sides changed the same stretch. Names in a list of texts (`hide`, `redact`) have no order, so both sides' are kept. */
function mergeLists(base: readonly Json[], mine: readonly Json[], theirs: readonly Json[]): Json[] | null {
  if ([base, mine, theirs].every((list) => list.every((item) => typeof item === 'string'))) {
    const removed = base.filter((item) => !mine.includes(item) || !theirs.includes(item));
    return [...new Set([...mine, ...theirs])].filter((item) => !removed.includes(item));
  }
  const items = new Map([...base, ...mine, ...theirs].map((item) => [canonicalJson(item), item] as const));
  const texts = (list: readonly Json[]) => list.map((item) => canonicalJson(item));
  const merged: Json[] = [];
  for (const region of diff3Merge(texts(mine), texts(base), texts(theirs), { excludeFalseConflicts: true })) {
    if (region.ok === undefined) return null;
    for (const text of region.ok) {
      const item = items.get(text);
      if (item !== undefined) merged.push(item);
    }
  }
  return merged;
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
