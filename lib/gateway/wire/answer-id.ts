import type { RpcId } from '../denial';

/**
 * The text of a JSON-RPC response with another id and everything else exactly as it was: numbers that JavaScript cannot hold
 * stay what they are. null when the text is no object with an `id`. The text has to be JSON.
 */
export function withId(text: string, id: RpcId): string | null {
  const spans = spansOf(text, 'id');
  if (spans.length === 0) return null;
  let renamed = '';
  let at = 0;
  for (const [start, end] of spans) {
    renamed += text.slice(at, start) + JSON.stringify(id);
    at = end;
  }
  return renamed + text.slice(at);
}

/** Where the values of a member stand at the top of the object, white space included. One that stands there twice is found twice. */
export function spansOf(text: string, member: string): [number, number][] {
  const spans: [number, number][] = [];
  let depth = 0;
  let name = '';
  let valueFrom = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = stringEnd(text, at);
      if (depth === 1 && valueFrom < 0) name = text.slice(at, end);
      at = end - 1;
    } else if (character === ':' && depth === 1) valueFrom = at + 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === ',' || character === '}' || character === ']') {
      if (depth === 1 && valueFrom >= 0) {
        if (isName(name, member)) spans.push([valueFrom, at]);
        valueFrom = -1;
      }
      if (character !== ',') depth--;
    }
  }
  return spans;
}

/** A name may be written with escapes. */
function isName(quoted: string, member: string): boolean {
  return quoted === `"${member}"` || (quoted.includes('\\') && JSON.parse(quoted) === member);
}

/** Behind the closing quote of the string that opens at `from`. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
