/** Shorter values are left: they would be found in ordinary words. */
const SECRET_LENGTH_MIN = 8;
export const SECRET_MARKER = '[secret removed by Callgate]';

/** Finds and takes out exact values, and their usual spellings, in text. Holds secrets: never logged, never serialised. */
export interface SecretFilter {
  /** true when a value stands in the text. */
  finds(text: string): boolean;
  /** The text with the marker in place of each value. */
  clean(text: string): string;
}

/**
 * A filter for these values: as they are, without a leading scheme word (`Bearer x`, `Basic x`), the text inside a Basic
 * credential and its password, and each of them in Base64, URL-safe Base64 and percent-encoding. null when there is nothing to look for.
 */
export function secretFilter(values: Iterable<string>): SecretFilter | null {
  const words = new Set<string>();
  for (const value of values) for (const word of wordsOf(value)) for (const spelling of spellingsOf(word)) words.add(spelling);
  if (words.size === 0) return null;
  // The longest first, so that a spelling that holds another one goes as a whole.
  return new WordFilter([...words].sort((a, b) => b.length - a.length));
}

/** A filter for this very text and no other spelling; null when it is too short to be told from ordinary words. */
export function plainFilter(value: string): SecretFilter | null {
  return value.length < SECRET_LENGTH_MIN ? null : new WordFilter([value]);
}

/** The filters as one. */
export function joinFilters(filters: readonly (SecretFilter | null)[]): SecretFilter | null {
  const real = filters.filter((filter) => filter !== null);
  if (real.length <= 1) return real[0] ?? null;
  return {
    finds: (text) => real.some((filter) => filter.finds(text)),
    clean: (text) => real.reduce((cleaned, filter) => filter.clean(cleaned), text),
  };
}

class WordFilter implements SecretFilter {
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  finds(text: string): boolean {
    return this.#words.some((word) => text.includes(word));
  }

  clean(text: string): string {
    return this.#words.reduce((cleaned, word) => cleaned.replaceAll(word, SECRET_MARKER), text);
  }
}

function wordsOf(value: string): string[] {
  const words = [value.trim()];
  const scheme = /^(\S+)\s+(.+)$/s.exec(value.trim());
  if (scheme?.[2] !== undefined) words.push(scheme[2]);
  if (scheme?.[1]?.toLowerCase() === 'basic') {
    const pair = fromBase64(scheme[2] ?? '');
    const colon = pair?.indexOf(':') ?? -1;
    if (pair !== null && colon >= 0) words.push(pair, pair.slice(colon + 1));
  }
  return words.filter((word) => word.length >= SECRET_LENGTH_MIN);
}

function spellingsOf(word: string): string[] {
  const base64 = btoa(binary(word));
  const open = base64.replace(/=+$/, '');
  const percent = encode(word);
  return [
    word,
    open,
    open.replaceAll('+', '-').replaceAll('/', '_'),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ];
}

/** UTF-8 bytes as a text of one character a byte, which is what `btoa` takes. */
function binary(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

function fromBase64(text: string): string | null {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}

function encode(word: string): string {
  try {
    return encodeURIComponent(word);
  } catch {
    return word;
  }
}
