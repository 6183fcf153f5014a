/**
 * RFC 8785 (JSON Canonicalization Scheme): the one text of a JSON value, so that two writings of the same
 * value have the same digest. Keys are ordered by UTF-16 code units, which is what `sort()` compares.
 *
 * Throws on what JSON cannot say (undefined, functions, non-finite numbers, lone surrogates): such a value never
 * came from a parser, so it is a bug of the caller, not bad input.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that JSON cannot write');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const object = value as Record<string, unknown>;
    const members: string[] = [];
    for (const key of Object.keys(object).sort()) {
      if (object[key] === undefined) continue;
      members.push(`${canonicalString(key)}:${canonicalJson(object[key])}`);
    }
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`a ${typeof value} is not JSON`);
}

function canonicalString(text: string): string {
  // Well-formed JSON.stringify writes a lone surrogate as an escape; RFC 8785 says such text has no canonical form.
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
  return JSON.stringify(text);
}
