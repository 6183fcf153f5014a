/**
 * A copy of a JSON text in which every string (values and names of members alike) went through `change`; everything else, and each string
 * that stayed as it was, is kept to the letter, so that numbers keep their digits. `null` when nothing changed. Linear, not recursive: a
 * text may nest as deeply as it likes. Works on texts that are no JSON too, as far as there are strings in them.
 */
export function changeJsonStrings(text: string, change: (value: string) => string): string | null {
  let out = '';
  let kept = 0;
  let at = text.indexOf('"');
  while (at >= 0) {
    const end = endOfString(text, at);
    if (end < 0) break;
    const token = text.slice(at, end + 1);
    const value = textOf(token);
    const changed = value === null ? null : change(value);
    if (changed !== null && changed !== value) {
      out += text.slice(kept, at) + JSON.stringify(changed);
      kept = end + 1;
    }
    at = text.indexOf('"', end + 1);
  }
  return kept === 0 ? null : out + text.slice(kept);
}

/** Calls `see` with the value of every string. */
export function eachJsonString(text: string, see: (value: string) => void): void {
  changeJsonStrings(text, (value) => {
    see(value);
    return value;
  });
}

/** The index of the closing quote, or -1. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    let first = at;
    while (first > start + 1 && text.charCodeAt(first - 1) === 0x5c) first--;
    if ((at - first) % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return -1;
}

function textOf(token: string): string | null {
  if (!token.includes('\\')) return token.slice(1, -1);
  try {
    return JSON.parse(token) as string;
  } catch {
    return null;
  }
}
