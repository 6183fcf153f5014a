import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** An Ed25519 key pair; both halves as PEM. */
export interface SigningKey {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

export function makeSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { id: keyIdOf(pem), publicKey: pem, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The whole fingerprint of a public key: SHA-256 (hex) over its DER form. Throws for what is no public key. */
export function keyFingerprint(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}

/** What checkpoints name a key by: the first 16 digits of its fingerprint. */
export const keyIdOf = (publicKey: string): string => keyFingerprint(publicKey).slice(0, 16);

/** The public half of a private key. Throws for what is no private key. */
export const publicHalf = (privateKey: string): string =>
  createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString();

/** Base64. */
export const signText = (text: string, privateKey: string): string => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64');

export function verifyText(text: string, signature: string, publicKey: string): boolean {
  try {
    return verify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
