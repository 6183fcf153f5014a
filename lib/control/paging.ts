import { ControlError } from './control-error';

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** Cuts `limit + 1` fetched rows to a page; the cursor holds the sort key of the last row shown. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
  items: readonly Item[],
): Page<Item> {
  const last = rows[limit - 1];
  const more = rows.length > limit && last !== undefined;
  return { items: items.slice(0, limit), nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

export function encodeCursor(key: readonly string[]): string {
  return btoa(encodeURIComponent(JSON.stringify(key)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The sort key of a cursor with exactly `length` parts. Throws 400 for anything this API did not give out. */
export function decodeCursor(cursor: string | undefined, length: number): readonly string[] | null {
  if (cursor === undefined || cursor === '') return null;
  try {
    const key: unknown = JSON.parse(decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
    if (Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string')) return key as string[];
  } catch {
    // Falls through to the one refusal.
  }
  throw new ControlError(400, 'cursor.invalid', 'The cursor is not one that this list gave out. Start again without it.', [
    { path: 'cursor', message: 'not a cursor of this list' },
  ]);
}

/** `%text%` for ILIKE with the wildcards of the text itself taken literally. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
}
