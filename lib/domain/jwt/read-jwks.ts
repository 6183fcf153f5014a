import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { parseStrictJson } from '@/lib/kernel/strict-json';

/** A public key as it may be used. Everything else of a key set is left out. */
export type PublicJwk = JsonObject & { readonly kty: string };

const KEYS_MAX = 100;
const KTY = new Set(['RSA', 'EC', 'OKP']);
/** Members that only private or symmetric keys have. */
const SECRET = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** Keys that verify signatures; fails with a sentence when the text is no key set, holds a secret, or has none that is usable. */
export function readJwks(text: string): Result<readonly PublicJwk[], string> {
  const parsed = parseStrictJson(text, { depthMax: 8 });
  const set: Json = parsed.ok ? parsed.value.value : null;
  if (!isJsonObject(set) || !Array.isArray(set.keys)) return fail('This is no JWK Set: a JSON object with a list of keys under "keys".');
  if (set.keys.length > KEYS_MAX) return fail(`The key set has more than ${KEYS_MAX} keys.`);
  const keys: PublicJwk[] = [];
  for (const key of set.keys as readonly Json[]) {
    if (!isJsonObject(key)) return fail('A key of the set is no JSON object.');
    if (SECRET.some((member) => member in key)) return fail('The key set holds a private or symmetric key. Give public keys only.');
    if (typeof key.kty === 'string' && KTY.has(key.kty) && (key.use === undefined || key.use === 'sig')) keys.push(key as PublicJwk);
  }
  return keys.length > 0 ? ok(keys) : fail('The key set has no public key for signatures (RSA, EC or OKP).');
}
