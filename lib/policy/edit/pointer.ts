import { EditError } from './edit-error';

/** The reference tokens of a JSON Pointer (RFC 6901), decoded; `''` is the whole document. */
export function pointerTokens(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) {
    throw new EditError(
      'pointer.invalid',
      `"${pointer}" is no JSON Pointer. Write it like /tools/create_charge, with ~1 for / and ~0 for ~.`,
    );
  }
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The index that a token means in a list of `length` items; null when it means none. */
export function indexOf(token: string, length: number): number | null {
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(token)) return null;
  const index = Number(token);
  return index < length ? index : null;
}
