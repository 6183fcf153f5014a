import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { PublicJwk } from '@/lib/domain/jwt/read-jwks';

export type Signed = 'good' | 'bad' | 'no_key';

/** Keys of a set that one token without a key id may be tried with. */
const TRIED_MAX = 8;

type GetKey = ReturnType<typeof createLocalJWKSet>;
/** A set keeps the keys it has imported, which costs more than a signature. */
const imported = new WeakMap<readonly PublicJwk[], GetKey>();

/** Whether a compact JWS is signed by one of the keys that fit its header, with one of the algorithms. Never rejects. */
export async function verifySignature(token: string, algorithms: readonly string[], keys: readonly PublicJwk[]): Promise<Signed> {
  const getKey = getKeyOf(keys);
  const options = { algorithms: [...algorithms] };
  const holds = (key: GetKey | CryptoKey): Promise<boolean> =>
    compactVerify(token, key as GetKey, options).then(
      () => true,
      () => false,
    );
  try {
    await compactVerify(token, getKey, options);
    return 'good';
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return 'no_key';
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return 'bad';
    let tried = 0;
    for await (const key of error) {
      if (++tried > TRIED_MAX) return 'bad';
      if (await holds(key)) return 'good';
    }
    return 'bad';
  }
}

function getKeyOf(keys: readonly PublicJwk[]): GetKey {
  const known = imported.get(keys);
  if (known !== undefined) return known;
  const made = createLocalJWKSet({ keys } as unknown as JSONWebKeySet);
  imported.set(keys, made);
  return made;
}
