import type { Operator } from './operator';

const ENCODED_TRAVERSAL = /%(?:2e|2f|5c|00|25)/i;

/**
 * The segments of an absolute POSIX path after `.`, `..` and `//` are resolved, or null for a path that is not to be
 * trusted: relative (only the upstream knows to what), climbing above the root, or with back-slashes, control characters
 * or percent-encoded dots and separators.
 */
export function normalisePath(text: string): readonly string[] | null {
  if (text.length > 8192 || !text.startsWith('/') || /[\u0000-\u001f\u007f\\]/.test(text) || ENCODED_TRAVERSAL.test(text)) return null;
  const segments: string[] = [];
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (segments.pop() === undefined) return null;
    } else segments.push(segment);
  }
  return segments;
}

const pathWithin: Operator = {
  name: 'path_within',
  holdsWhen: 'the absolute file path stays inside this directory once `.`, `..` and `//` are resolved; symbolic links are not seen',
  valueSchema: { type: 'string', pattern: '^/' },
  build: (value) => {
    const segments = typeof value === 'string' ? normalisePath(value) : null;
    if (typeof value !== 'string' || segments === null) {
      return { mistake: '`path_within` takes the absolute path of a directory.', hint: 'for example "/workspace"' };
    }
    return (actual) => {
      const found = typeof actual === 'string' ? normalisePath(actual) : null;
      return found === null ? undefined : segments.every((segment, i) => found[i] === segment);
    };
  },
};

export const filePathOperators: readonly Operator[] = [pathWithin];
