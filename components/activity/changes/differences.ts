/** One leaf that differs; `undefined` where it was or is not. */
export interface Difference {
  /** `policy.version`, `labels.team` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

const LINES_MAX = 60;

/** What differs between two JSON values, leaf by leaf in the order of their names; lists are compared as wholes. */
export function differencesOf(before: unknown, after: unknown): { readonly lines: Difference[]; readonly more: number } {
  const lines: Difference[] = [];
  walk('', before ?? undefined, after ?? undefined, lines);
  return { lines: lines.slice(0, LINES_MAX), more: Math.max(0, lines.length - LINES_MAX) };
}

function walk(path: string, before: unknown, after: unknown, lines: Difference[]): void {
  if (isObject(before) || isObject(after)) {
    const a = isObject(before) ? before : {};
    const b = isObject(after) ? after : {};
    // A value that became an object, or the other way, is one line besides the members.
    if (!isObject(before) && before !== undefined) lines.push({ path, before, after: undefined });
    for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort())
      walk(path === '' ? name : `${path}.${name}`, a[name], b[name], lines);
    if (!isObject(after) && after !== undefined) lines.push({ path, before: undefined, after });
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) lines.push({ path, before, after });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A leaf as a person reads it. */
export function leafWords(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? 'empty' : value;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.length === 0 ? 'none' : value.join(', ');
  return JSON.stringify(value);
}

/** `policyVersion` and `policy_version` as `policy version`. */
export const pathWords = (path: string): string =>
  path
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .replaceAll('.', ' › ')
    .toLowerCase();
