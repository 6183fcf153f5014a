import { createHash, randomBytes } from 'node:crypto';
import type { TokenHasher } from '@/lib/gateway/ports';

/** Tokens carry 190 random bits, so a plain SHA-256 cannot be guessed back. */
export const gatewayTokens: TokenHasher = {
  hash: (token) => createHash('sha256').update(token, 'utf8').digest('hex'),
  sessionId: () => randomBytes(24).toString('base64url'),
};
