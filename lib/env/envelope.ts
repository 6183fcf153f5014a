import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Seals short texts with AES-256-GCM. An envelope reads `v1.kid.iv.ct.tag` (base64url parts); `kid` is the
 * fingerprint of the secret key, a hyphen, and the salt of the derived key.
 */
export interface Envelope {
  /** The fingerprint of the key that seals now, 8 hex digits. */
  readonly keyId: string;
  /** `aad` binds the envelope to its place (`table|row id|field|version`): moved elsewhere it no longer opens. */
  seal(plaintext: string, aad: string): string;
  /** Throws `EnvelopeError` for another key, another place, a changed byte or a malformed text. */
  open(envelope: string, aad: string): string;
  /** Eight hex digits that tell two secrets apart and reveal neither: a keyed digest. */
  fingerprint(plaintext: string): string;
}

export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

/**
 * An envelope around one secret key (32 bytes or more), opening also what `olderKeys` sealed.
 *
 * Each envelope instance seals with its own key, derived from the secret key and a fresh random salt that travels in
 * `kid`; the salt is renewed every 2^28 seals. So the random 96-bit IVs never come near the 2^32 uses of one key after
 * which a repeated IV is no longer negligible, and sealing costs no second encryption of a per-record key.
 */
export function createEnvelope(secretKey: Buffer, olderKeys: readonly Buffer[] = []): Envelope {
  const masters = new Map<string, Buffer>();
  for (const key of [...olderKeys, secretKey]) masters.set(fingerprint(key), key);
  const keyId = fingerprint(secretKey);
  const opened = new Map<string, Buffer>();
  let sealing = freshKey(secretKey);
  let seals = 0;
  const ivs = new RandomIvs();
  const fingerprintKey = hmacKey(secretKey, 'secret fingerprint');

  const keyOf = (kid: string): Buffer => {
    const known = opened.get(kid);
    if (known) return known;
    const cut = kid.indexOf('-');
    const master = masters.get(kid.slice(0, cut));
    if (!master)
      throw new EnvelopeError(
        `The value was sealed with another secret key (${kid.slice(0, cut)}); start with the key file it was made with.`,
      );
    const key = derive(master, Buffer.from(kid.slice(cut + 1), 'base64url'));
    if (opened.size >= KEYS_KEPT) opened.clear();
    opened.set(kid, key);
    return key;
  };

  return {
    keyId,
    seal(plaintext, aad) {
      if (++seals > SEALS_PER_KEY) {
        sealing = freshKey(secretKey);
        seals = 1;
      }
      const iv = ivs.next();
      const cipher = createCipheriv('aes-256-gcm', sealing.key, iv, { authTagLength: 16 });
      cipher.setAAD(Buffer.from(aad, 'utf8'));
      const head = cipher.update(plaintext, 'utf8');
      const tail = cipher.final();
      const ct = tail.length === 0 ? head : Buffer.concat([head, tail]);
      return `v1.${keyId}-${sealing.salt}.${iv.toString('base64url')}.${ct.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}`;
    },
    open(envelope, aad) {
      const parts = envelope.split('.');
      const [version, kid, iv, ct, tag] = parts;
      if (parts.length !== 5 || version !== 'v1' || !kid || !iv || ct === undefined || !tag)
        throw new EnvelopeError('The value is not an envelope of version 1.');
      const key = keyOf(kid);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(aad, 'utf8'));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return decipher.update(Buffer.from(ct, 'base64url'), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new EnvelopeError('The sealed value was changed, or moved here from another row.', { cause });
      }
    },
    fingerprint: (plaintext) => createHmac('sha256', fingerprintKey).update(plaintext, 'utf8').digest('hex').slice(0, 8),
  };
}

/** A 32-byte key for one purpose, derived from the secret key; another `label` gives an unrelated key. */
export function hmacKey(secretKey: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, Buffer.alloc(0), `callgate hmac v1 ${label}`, 32));
}

/** Random 96-bit IVs, drawn from the system a few hundred at a time: a draw costs as much as the encryption of a short text. */
class RandomIvs {
  #bytes = randomBytes(0);
  #used = 0;

  next(): Buffer {
    if (this.#used + 12 > this.#bytes.length) {
      this.#bytes = randomBytes(12 * 256);
      this.#used = 0;
    }
    this.#used += 12;
    return this.#bytes.subarray(this.#used - 12, this.#used);
  }
}

const SEALS_PER_KEY = 2 ** 28;
const KEYS_KEPT = 256;

function freshKey(secretKey: Buffer): { key: Buffer; salt: string } {
  const salt = randomBytes(16);
  return { key: derive(secretKey, salt), salt: salt.toString('base64url') };
}

function derive(master: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', master, salt, 'callgate envelope v1', 32));
}

function fingerprint(key: Buffer): string {
  if (key.length < 32) throw new EnvelopeError('The secret key must have at least 32 bytes.');
  return createHash('sha256').update('callgate key id\n').update(key).digest('hex').slice(0, 8);
}
