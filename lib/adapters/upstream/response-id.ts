/**
 * Puts another id into the text of a JSON-RPC message without touching a byte of the rest: writing a parsed message
 * again would round integers beyond 2^53 and lose the server's own number texts. Returns null when the text has no
 * top-level `id`, or several; the caller then writes the parsed value instead.
 */
export function withId(text: string, idJson: string): string | null {
  let found: readonly [number, number] | null = null;
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return null;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const key = text.slice(at, keyEnd);
    at = skipSpace(text, keyEnd);
    if (text[at] !== ':') return null;
    const start = skipSpace(text, at + 1);
    const end = skipValue(text, start);
    if (key === '"id"' || (key.includes('\\') && JSON.parse(key) === 'id')) {
      if (found !== null) return null;
      found = [start, end];
    }
    at = skipSpace(text, end);
    if (text[at] !== ',') break;
    at = skipSpace(text, at + 1);
  }
  return found === null ? null : text.slice(0, found[0]) + idJson + text.slice(found[1]);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || code === 9 || code === 10 || code === 13; code = text.charCodeAt(at)) at += 1;
  return at;
}

/** From an opening quote to the index after the closing one; the end of the text when there is none. */
function skipString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return skipString(text, from);
  let at = from;
  if (first !== '{' && first !== '[') {
    while (at < text.length && !', \t\r\n}]'.includes(text[at] as string)) at += 1;
    return at;
  }
  let depth = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = skipString(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}
