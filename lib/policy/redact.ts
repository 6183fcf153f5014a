import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { isPathMistake, parsePath, type Segment } from './path';

export const REDACTED = '«redacted»';

/**
 * A copy of the arguments with every value under one of the paths replaced by `«redacted»`; untouched parts are shared.
 * `[*]` is every element of a list, `**` any depth. A path that cannot be read hides everything: what was meant to be
 * secret must not show because of a slip.
 */
export function redactArguments(args: JsonObject, paths: readonly string[]): JsonObject {
  let result: Json = args;
  for (const text of paths) {
    const path = parsePath(text);
    if (isPathMistake(path) || path.root !== 'args') return Object.fromEntries(Object.keys(args).map((key) => [key, REDACTED]));
    result = hide(result, path.segments, 0);
  }
  return isJsonObject(result) ? result : {};
}

function hide(value: Json, segments: readonly Segment[], at: number): Json {
  const segment = segments[at];
  if (segment === undefined) return REDACTED;
  if (segment.kind === 'deep') {
    const here = hide(value, segments, at + 1);
    return mapChildren(here, (child) => hide(child, segments, at));
  }
  if (segment.kind === 'key') {
    if (!isJsonObject(value) || !Object.hasOwn(value, segment.key)) return value;
    return mapChildren(value, (child, key) => (key === segment.key ? hide(child, segments, at + 1) : child));
  }
  if (!Array.isArray(value)) return value;
  return mapChildren(value, (child, key) =>
    segment.kind === 'every' || key === String(segment.index) ? hide(child, segments, at + 1) : child,
  );
}

/** Applies a change to every member or element; gives back the same object when nothing changed. */
function mapChildren(value: Json, change: (child: Json, key: string) => Json): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((child, i) => change(child, String(i)));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, change(child, key)] as const);
  return entries.some(([key, child]) => child !== value[key]) ? Object.fromEntries(entries) : value;
}

/** Whether a redaction pattern covers what a path stands for: the place itself or something around it. */
export function covers(pattern: readonly Segment[], place: readonly Segment[], i = 0, j = 0): boolean {
  const want = pattern[i];
  if (want === undefined) return true;
  if (want.kind === 'deep' && covers(pattern, place, i + 1, j)) return true;
  const have = place[j];
  if (have === undefined) return false;
  if (want.kind === 'deep') return covers(pattern, place, i, j + 1);
  return sameStep(want, have) && covers(pattern, place, i + 1, j + 1);
}

function sameStep(want: Segment, have: Segment): boolean {
  if (want.kind === 'key' || have.kind === 'key') return want.kind === 'key' && have.kind === 'key' && want.key === have.key;
  return want.kind === 'every' || have.kind === 'every' || (want.kind === 'index' && have.kind === 'index' && want.index === have.index);
}

/** A value as a trace may show it: redacted, shortened, and never the inside of lists and objects, which may hold what is redacted. */
export function shownValue(value: Json, redacted: boolean): Json {
  if (redacted) return REDACTED;
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? `«list of ${value.length}»` : `«object with ${Object.keys(value).length} keys»`;
}
