import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { isPathMistake, parsePath, type Segment } from '../path';

/** A place in the arguments that a value can be put at; with `[*]`, at every element that is there. */
export interface ArgumentPlace {
  readonly path: string;
  readonly read: (args: JsonObject) => Json | undefined;
  /** null where the value cannot be put without inventing what is around it. */
  readonly put: (args: JsonObject, value: Json | undefined) => JsonObject | null;
}

/** The place that a condition looks at; null when that is not in the arguments. */
export function argumentPlace(text: string): ArgumentPlace | null {
  const path = parsePath(text);
  if (isPathMistake(path) || path.root !== 'args' || path.segments.length === 0) return null;
  return {
    path: text,
    read: (args) => read(args, path.segments),
    put: (args, value) => {
      const changed = put(args, path.segments, 0, value);
      return isJsonObject(changed) ? changed : null;
    },
  };
}

/** The first value, where there are several. */
function read(value: Json, segments: readonly Segment[]): Json | undefined {
  let found: Json | undefined = value;
  for (const segment of segments) {
    if (segment.kind === 'key') found = isJsonObject(found) && Object.hasOwn(found, segment.key) ? found[segment.key] : undefined;
    else if (Array.isArray(found)) found = (found as readonly Json[])[segment.kind === 'index' ? segment.index : 0];
    else return undefined;
  }
  return found;
}

/** undefined: cannot be put. An undefined value takes the member away. */
function put(around: Json | undefined, segments: readonly Segment[], at: number, value: Json | undefined): Json | undefined {
  const segment = segments[at];
  if (segment === undefined) return value;
  const last = at === segments.length - 1;
  if (segment.kind === 'key')
    return putMember(around, segment.key, (child) => put(child, segments, at + 1, value), last && value === undefined);
  if (!Array.isArray(around) || (last && value === undefined)) return undefined;
  const items = around as readonly Json[];
  if (segment.kind === 'index' && segment.index >= items.length) return undefined;
  const changed = items.map((item, i) =>
    segment.kind === 'every' || (segment.kind === 'index' && segment.index === i) ? put(item, segments, at + 1, value) : item,
  );
  return changed.some((item) => item === undefined) ? undefined : (changed as Json[]);
}

function putMember(
  around: Json | undefined,
  key: string,
  change: (child: Json | undefined) => Json | undefined,
  remove: boolean,
): Json | undefined {
  if (around !== undefined && !isJsonObject(around)) return undefined;
  const object = around ?? {};
  if (remove) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  const child = change(Object.hasOwn(object, key) ? object[key] : undefined);
  return child === undefined ? undefined : { ...object, [key]: child };
}
