import { createHash } from 'node:crypto';
import type { Charge } from '@/lib/domain/decision';

/**
 * The identity of a counter: its policy, and its name, window, scope and scope value as the engine wrote them. A value
 * from the arguments can be long or hold what PostgreSQL's text cannot; it is then named by its digest.
 */
export function counterKey(policyId: string, charge: Charge): string {
  const key = charge.key;
  if (key.length <= KEY_CHARACTERS_MAX && !key.includes('\u0000') && key.isWellFormed()) return `${policyId}|${key}`;
  return `${policyId}|sha256:${createHash('sha256').update(key, 'utf16le').digest('hex')}`;
}

const KEY_CHARACTERS_MAX = 400;
