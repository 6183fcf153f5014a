const PREFIX = 'cg_live_';
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const LENGTH = PREFIX.length + RANDOM_LENGTH + CHECKSUM_LENGTH;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/**
 * A new grant token: `cg_live_`, 32 base62 characters (190 bits), 6 base62 characters of CRC-32 over all before.
 * The checksum lets a scanner tell a leaked token from noise and the gateway refuse typing errors without a look-up;
 * it protects nothing. Throws a RangeError with less than 32 random bytes.
 */
export function makeToken(random: Uint8Array): string {
  if (random.length < 32) throw new RangeError('a token takes 32 random bytes');
  // 256 bits modulo 62^32 (190.5 bits): the bias is below 2^-65.
  let number = 0n;
  for (let at = 0; at < 32; at++) number = (number << 8n) | BigInt(random[at] as number);
  let body = PREFIX;
  for (let at = 0; at < RANDOM_LENGTH; at++) {
    body += ALPHABET.charAt(Number(number % 62n));
    number /= 62n;
  }
  return body + base62(crc32(body, body.length));
}

/** true when the text has the form and the checksum of a grant token; says nothing about whether it was ever issued. */
export function isWellFormedToken(text: string): boolean {
  if (text.length !== LENGTH || !text.startsWith(PREFIX)) return false;
  for (let at = PREFIX.length; at < LENGTH; at++) {
    const code = text.charCodeAt(at);
    const base62 = (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (!base62) return false;
  }
  return text.endsWith(base62(crc32(text, LENGTH - CHECKSUM_LENGTH)));
}

function crc32(text: string, end: number): number {
  let crc = 0xffffffff;
  for (let at = 0; at < end; at++) crc = (CRC_TABLE[(crc ^ text.charCodeAt(at)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function base62(number: number): string {
  let digits = '';
  let rest = number;
  for (let at = 0; at < CHECKSUM_LENGTH; at++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
