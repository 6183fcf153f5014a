const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export type IdPrefix =
  | 'srv'
  | 'tool'
  | 'pol'
  | 'pver'
  | 'pub'
  | 'agt'
  | 'grt'
  | 'gtok'
  | 'elv'
  | 'apr'
  | 'exc'
  | 'cmt'
  | 'hld'
  | 'kil'
  | 'lgh'
  | 'rse'
  | 'alr'
  | 'rst'
  | 'ans'
  | 'iss'
  | 'evt'
  | 'usr'
  | 'ses'
  | 'key'
  | 'chg'
  | 'wrt'
  | 'sec'
  | 'sim'
  | 'req'
  | 'node'
  | 'ntc'
  | 'ntf'
  | 'ver'
  | 'view'
  | 'exp'
  | 'exs'
  | 'con';

/**
 * A prefixed ULID: 48 bits of time, then 80 random bits, in lower-case Crockford base 32, so that ids sort by time.
 * `random` must hold at least 10 unguessable bytes; `nowMs` is epoch milliseconds. Pure: the caller brings both.
 */
export function newId(prefix: IdPrefix, nowMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError('an id needs 10 random bytes');
  let time = Math.max(0, Math.floor(nowMs));
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = ALPHABET[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let tail = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < 10; i++) {
    value = (value << 8) | (random[i] as number);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return `${prefix}_${head}${tail}`;
}

/** The time part of an id (epoch milliseconds); null for what is no id of this kind. An event's is exactly its `at`. */
export function idTimeMs(id: string, prefix: IdPrefix): number | null {
  const body = id.startsWith(`${prefix}_`) ? id.slice(prefix.length + 1) : '';
  if (!/^[0-9a-hjkmnp-tv-z]{26}$/.test(body)) return null;
  let time = 0;
  for (let i = 0; i < 10; i++) time = time * 32 + ALPHABET.indexOf(body.charAt(i));
  return time;
}
