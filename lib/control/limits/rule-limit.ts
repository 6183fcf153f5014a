import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { Locator } from '@/lib/policy/locate';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';

/** Finds limits in a policy text by their pointers; null where there is none. */
export function limitsIn(text: string | null): (pointer: string) => Json {
  const root = text === null ? null : parsePolicyText(text).root;
  const locator = root === null ? null : new Locator(root);
  return (pointer) => {
    const found = locator?.find(pointer);
    return found === undefined ? null : plainValue(found.node);
  };
}

/** Whether two limits say the same, however they are written. */
export function sameLimit(one: Json, other: Json): boolean {
  return one !== null && other !== null && canonicalJson(one) === canonicalJson(other);
}

/** The maximum that a limit or `rate_limit` says; null when it says none. */
export function maxOf(limit: Json): number | null {
  if (typeof limit === 'string') return Number.parseInt(limit, 10);
  if (typeof limit !== 'object' || limit === null || !('max' in limit)) return null;
  return typeof limit.max === 'number' ? limit.max : null;
}
