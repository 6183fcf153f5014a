import { canonicalJson } from '../kernel/canonical-json';
import { isJsonObject, type Json, type JsonObject } from '../kernel/json';

/** What arguments look like, without any of their values. */
export interface ArgumentShape {
  /** The arguments that the tool declares, as `name:type` parted by spaces, sorted by name; then ` +2` for two that it does not declare. */
  readonly words: string;
  /**
   * Canonical JSON of what `words` does not say: members within arguments, and names that the tool does not declare. Those may be values
   * themselves, such as customers in a map, so whoever keeps a shape keeps a keyed digest of it. null when there is nothing more to say.
   */
  readonly rest: string | null;
}

/** Names that are shown as they are. */
const PLAIN_NAME = /^[A-Za-z0-9_$.-]{1,64}$/;
const NAMES_MAX = 24;
const DEPTH_MAX = 5;
const PATHS_MAX = 200;

/** The shape of the arguments of a tool that declares these names. Two calls with the same names and types have the same. */
export function argumentShape(args: JsonObject, declared: readonly string[]): ArgumentShape {
  const words: string[] = [];
  const rest = new Set<string>();
  const known = new Set(declared);
  let undeclared = 0;
  for (const name of Object.keys(args).sort()) {
    const value = args[name] as Json;
    const isKnown = known.has(name);
    if (!isKnown) undeclared++;
    if (isKnown && PLAIN_NAME.test(name) && words.length < NAMES_MAX) words.push(`${name}:${typeOf(value)}`);
    else rest.add(pathOf([name], value));
    membersOf(value, [name], rest);
  }
  if (undeclared > 0) words.push(`+${undeclared}`);
  return { words: words.join(' '), rest: rest.size === 0 ? null : canonicalJson([...rest].sort()) };
}

/** What of a shape none of the earlier ones has, in words for a sentence. Shapes are as they are kept: `words`, and the digest of the rest after `#`. */
export function newInShape(shape: string, earlier: readonly string[]): string {
  const known = new Set(earlier.flatMap((one) => one.split(' ')));
  const names = new Set([...known].map(nameOf));
  const fresh = shape.split(' ').filter((part) => part !== '' && !known.has(part));
  const said = fresh.flatMap((part) => {
    if (part.startsWith('#')) return [];
    if (part.startsWith('+'))
      return [part === '+1' ? 'an argument that the tool does not declare' : 'arguments that the tool does not declare'];
    const [name, type] = part.split(':');
    return [names.has(nameOf(part)) ? `${name} as ${type}` : `${name} (${type}), never sent before`];
  });
  if (said.length > SAID_MAX) return `${said.slice(0, SAID_MAX).join('; ')}; and ${said.length - SAID_MAX} more`;
  if (said.length > 0) return said.join('; ');
  return fresh.length > 0 ? 'other members within its arguments' : 'a combination of arguments that it never sent';
}

const SAID_MAX = 4;

/** How a shape is kept, with the digest of its rest. */
export const keptShape = ({ words }: ArgumentShape, restDigest: string | null): string =>
  [words, restDigest === null ? '' : `#${restDigest}`].filter((part) => part !== '').join(' ');

const nameOf = (part: string): string => part.split(':', 1)[0] as string;

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** Paths cannot be confused, whatever names hold: a name is quoted. */
const pathOf = (path: readonly string[], value: Json): string => `${path.map((name) => JSON.stringify(name)).join('.')}:${typeOf(value)}`;

/** The members within a value; elements of a list are one. */
function membersOf(value: Json, path: readonly string[], into: Set<string>): void {
  if (path.length > DEPTH_MAX || into.size >= PATHS_MAX) return;
  if (Array.isArray(value)) {
    for (const element of value.slice(0, PATHS_MAX)) member(element, [...path, '[]'], into);
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value).sort()) member(value[name] as Json, [...path, name], into);
  }
}

function member(value: Json, path: readonly string[], into: Set<string>): void {
  if (into.size >= PATHS_MAX) return;
  into.add(pathOf(path, value));
  membersOf(value, path, into);
}
