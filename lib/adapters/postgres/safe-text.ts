import type { Json } from '@/lib/kernel/json';

/** NUL, and the three characters that part rows and fields on their way to the database. */
const UNSAFE = /[\u0000\u001d-\u001f]/;
/** The same and every surrogate: nearly all text is through with this one test. */
const SUSPECT = /[\u0000\u001d-\u001f\ud800-\udfff]/;
const UNSAFE_ALL = new RegExp(UNSAFE, 'g');

/**
 * Text that PostgreSQL can hold: no NUL, none of the separators of `row-line`, no lone surrogate, at most `charactersMax` UTF-16 units (what is cut ends in
 * `…`). Everything an agent or a server can name passes here: one value that the database refuses would otherwise
 * refuse the whole batch, and an index takes at most 2,704 bytes.
 */
export function safeText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax && !SUSPECT.test(text)) return text;
  let safe = text;
  if (safe.length > charactersMax) safe = `${safe.slice(0, charactersMax - 1)}…`;
  if (UNSAFE.test(safe)) safe = safe.replace(UNSAFE_ALL, '\ufffd');
  return safe.isWellFormed() ? safe : safe.toWellFormed();
}

export function safeTextOrNull(text: string | null | undefined, charactersMax: number): string | null {
  return text === null || text === undefined ? null : safeText(text, charactersMax);
}

/** A JSON value with the same care for every string and key, its objects' keys in canonical order. */
export function safeJson(value: Json, charactersMax: number): Json {
  if (typeof value === 'string') return safeText(value, charactersMax);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== 'object') return value ?? null;
  if (Array.isArray(value)) return value.map((each) => safeJson(each, charactersMax));
  const object = value as { readonly [key: string]: Json };
  const safe: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(object).sort())
    if (object[key] !== undefined) safe[safeText(key, charactersMax)] = safeJson(object[key] as Json, charactersMax);
  return safe;
}

/** A whole number that fits PostgreSQL's integer, or null. */
export function safeInteger(value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return Math.max(-2147483648, Math.min(2147483647, Math.round(value)));
}

/** A number that double precision holds and JSON can write, or null. */
export function safeNumber(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}
