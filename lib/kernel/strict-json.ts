import type { Json } from './json';
import { fail, ok, type Result } from './result';

/** Why a text is not one strict JSON document. `offset` counts UTF-16 units and is absent where no single place is at fault. */
export interface StrictJsonProblem {
  readonly code: 'invalid_utf8' | 'malformed' | 'too_deep' | 'duplicate_key' | 'forbidden_key' | 'lone_surrogate' | 'unsafe_number';
  readonly message: string;
  readonly offset?: number;
}

export interface StrictJson {
  readonly value: Json;
  /** JSON Pointer of the first `__proto__`, `constructor` or `prototype` key; only with `reportForbiddenKey`. */
  readonly forbiddenKey: string | null;
}

export interface StrictJsonLimits {
  /** Nesting of arrays and objects; 64 unless told. */
  readonly depthMax?: number;
  /** Report a forbidden key instead of refusing. The caller must then neither evaluate nor forward what is below it. */
  readonly reportForbiddenKey?: boolean;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads one JSON document of which no two readers can make different values: strict UTF-8 without a byte order mark, no
 * duplicate keys (after unescaping), no lone surrogates, bounded depth, no number that a double cannot hold, no keys that
 * reach an object's prototype.
 *
 * Numbers: an integer literal must be a safe integer. A literal with a fraction or an exponent must be finite, must not
 * underflow to zero and must not have more than 17 significant digits; with 16 or 17 it must lie below 2^53, where what
 * rounding changes is less than any digit a double can write. `0.1` and `1e22` pass, `1e400` and `9007199254740993.0` do not.
 *
 * How: one pass over the text outside strings (depth, numbers, count of keys), the native parser (grammar), one walk over
 * the value (keys, surrogates). Fewer keys in the value than in the text means that a key was written twice.
 */
export function parseStrictJson(input: Uint8Array | string, limits?: StrictJsonLimits): Result<StrictJson, StrictJsonProblem> {
  let text: string;
  if (typeof input === 'string') {
    text = input;
    if (!input.isWellFormed()) return problem('lone_surrogate', 'The text has a lone surrogate.');
  } else {
    try {
      text = decoder.decode(input);
    } catch {
      return problem('invalid_utf8', 'The bytes are not UTF-8.');
    }
  }
  const scanned = scan(text, limits?.depthMax ?? 64);
  if (typeof scanned !== 'number') return fail(scanned);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return problem('malformed', 'The text is not one JSON document.');
  }
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && !value.isWellFormed()) return problem('lone_surrogate', 'A string has a lone surrogate.');
    return ok({ value, forbiddenKey: null });
  }
  const walk: Walk = { keys: 0, forbidden: null, surrogates: text.includes('\\u') };
  if (!walkValue(value, walk)) return problem('lone_surrogate', 'A string has a lone surrogate.');
  if (walk.keys !== scanned) return problem('duplicate_key', 'An object has the same key twice.');
  if (walk.forbidden !== null && limits?.reportForbiddenKey !== true) {
    return problem('forbidden_key', 'Keys named __proto__, constructor or prototype are refused.');
  }
  return ok({ value, forbiddenKey: walk.forbidden === null ? null : pointerOf(value) });
}

function problem(code: StrictJsonProblem['code'], message: string): Result<never, StrictJsonProblem> {
  return fail({ code, message });
}

/** Count of keys (colons outside strings), or the first problem of depth or number. Grammar is left to the native parser. */
function scan(text: string, depthMax: number): number | StrictJsonProblem {
  const length = text.length;
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at < 0) return { code: 'malformed', message: 'A string does not end.' };
    } else if (code === 0x3a) {
      keys++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > depthMax) return { code: 'too_deep', message: `The text nests deeper than ${depthMax} levels.`, offset: at };
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const end = endOfNumber(text, at);
      if (!keepsItsValue(text, at, end)) {
        return { code: 'unsafe_number', message: 'A number cannot be kept exactly.', offset: at };
      }
      at = end - 1;
    }
  }
  return keys;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && text.charCodeAt(end - 1) === BACKSLASH) {
    let slashes = 1;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) break;
    end = text.indexOf('"', end + 1);
  }
  return end;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    const partOfNumber = (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2b || code === 0x2d || (code | 0x20) === 0x65;
    if (!partOfNumber) break;
  }
  return end;
}

function keepsItsValue(text: string, start: number, end: number): boolean {
  // Up to 15 digits every decimal survives a double; without an exponent so short a literal cannot overflow either.
  if (end - start <= 15) {
    let plain = true;
    for (let at = start; at < end && plain; at++) plain = (text.charCodeAt(at) | 0x20) !== 0x65;
    if (plain) return true;
  }
  const literal = text.slice(start, end);
  const value = Number(literal);
  // Not a number at all: the native parser refuses it with the better name.
  if (Number.isNaN(value)) return true;
  if (!Number.isFinite(value)) return false;
  if (/^-?\d+$/.test(literal)) return Number.isSafeInteger(value);
  const digits = significantDigits(literal);
  if (value === 0) return digits === 0;
  if (digits <= 15) return true;
  return digits <= 17 && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function significantDigits(literal: string): number {
  const mantissa = literal
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  return mantissa.replace(/0+$/, '').length;
}

interface Walk {
  keys: number;
  forbidden: true | null;
  /** Only an escape can write a lone surrogate: raw ones are not UTF-8. */
  readonly surrogates: boolean;
}

function walkValue(value: object, walk: Walk): boolean {
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) {
      if (typeof element === 'object') {
        if (element !== null && !walkValue(element, walk)) return false;
      } else if (walk.surrogates && typeof element === 'string' && !element.isWellFormed()) return false;
    }
    return true;
  }
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    walk.keys++;
    if (isForbiddenKey(key)) walk.forbidden = true;
    const member = object[key];
    if (walk.surrogates && !key.isWellFormed()) return false;
    if (typeof member === 'object') {
      if (member !== null && !walkValue(member, walk)) return false;
    } else if (walk.surrogates && typeof member === 'string' && !member.isWellFormed()) return false;
  }
  return true;
}

function isForbiddenKey(key: string): boolean {
  return key.length >= 9 && key.length <= 11 && (key === '__proto__' || key === 'constructor' || key === 'prototype');
}

/** JSON Pointer of the first forbidden key; the slow way, since only an attack gets here. */
function pointerOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const key of Object.keys(value)) {
    const step = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Array.isArray(value) && isForbiddenKey(key)) return step;
    const below = pointerOf((value as Record<string, unknown>)[key]);
    if (below !== null) return step + below;
  }
  return null;
}
