import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { JwksSource } from '@/lib/adapters/jwt/jwks-source';
import { JoseVerifier } from '@/lib/adapters/jwt/jwt-verifier';
import { verifySignature } from '@/lib/adapters/jwt/verify-signature';
import { checkHeader } from '@/lib/domain/jwt/check-jwt';
import { JWT_ALGORITHMS, type JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import { readJwks } from '@/lib/domain/jwt/read-jwks';
import { looksLikeJwt, readJwsHeader, readJwt } from '@/lib/domain/jwt/read-jwt';
import { makeToken } from '@/lib/kernel/token';
import { issuerOf, jwksOf, newSigningKey, type SigningKey, signJwt, withHeader } from '../fixtures/jwt-fixture';
import { sharedData } from '../fixtures/shared-data';

const NOW = Date.UTC(2026, 10, 26, 12);
const SECONDS = NOW / 1000;
const RESOURCES = ['https://gate.example.com/mcp/shop', 'https://gate.example.com/mcp'];

let key: SigningKey;
let rsa: SigningKey;
beforeAll(async () => {
  [key, rsa] = [await newSigningKey('k1'), await newSigningKey('r1', 'RS256')];
});

/** A verifier with a key server that counts, and clocks that are set. */
function newVerifier(served: () => string | Promise<string>) {
  const state = { mono: 0, fetched: 0, warnings: 0 };
  const source = new JwksSource({
    fetchText: async () => {
      state.fetched += 1;
      return served();
    },
    monotonicMs: () => state.mono,
    warn: () => (state.warnings += 1),
  });
  const verifier = new JoseVerifier(source);
  const verify = async (token: string, issuer: JwtIssuer = issuerOf(), nowMs = NOW): Promise<string> => {
    const jwt = readJwt(token);
    if (!jwt.ok) return jwt.error.code;
    const hash = createHash('sha256').update(token).digest('hex');
    const result = await verifier.verify(jwt.value, hash, issuer, RESOURCES, nowMs);
    return result.ok ? `ok ${result.value.agent} ${result.value.scopes.join(' ')}`.trim() : result.error.code;
  };
  return { state, verify };
}

describe('a token of a configured issuer', () => {
  it('is accepted with either kind of key, from an address or pasted', async () => {
    const { verify } = newVerifier(() => jwksOf(key, rsa));
    expect(await verify(await signJwt(key, NOW, { scope: 'a b' }))).toBe('ok bot a b');
    expect(await verify(await signJwt(rsa, NOW, { scope: ['a'] }))).toBe('ok bot a');
    const pasted = issuerOf({ revision: 'r2', jwksUrl: null, jwks: jwksOf(key) });
    expect(await verify(await signJwt(key, NOW), pasted)).toBe('ok bot');
    expect(await verify(await signJwt(rsa, NOW), pasted)).toBe('jwt_kid');
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example.com' }, 'jwt_iss'],
    ['another audience', { aud: 'https://other.example.com' }, 'jwt_aud'],
    ['no audience', { aud: undefined }, 'jwt_aud'],
    ['a longer audience that begins with ours', { aud: 'https://gate.example.com/mcp/shop/x' }, 'jwt_aud'],
    ['ours among others', { aud: ['https://x.example.com', 'https://gate.example.com/mcp'] }, 'ok bot'],
    ['no expiry', { exp: undefined }, 'jwt_exp'],
    ['an expiry that is no number', { exp: '9999999999' }, 'jwt_exp'],
    ['an expiry within the tolerance', { exp: SECONDS - 29 }, 'ok bot'],
    ['an expiry beyond the tolerance', { exp: SECONDS - 30 }, 'jwt_exp'],
    ['a start within the tolerance', { nbf: SECONDS + 30 }, 'ok bot'],
    ['a start beyond the tolerance', { nbf: SECONDS + 31 }, 'jwt_nbf'],
    ['a start that is no time', { nbf: 'soon' }, 'jwt_nbf'],
    ['no time of issue', { iat: undefined }, 'jwt_iat'],
    ['an issue in the future', { iat: SECONDS + 31, exp: SECONDS + 600 }, 'jwt_iat'],
    ['the longest life', { iat: SECONDS, exp: SECONDS + 3_600 }, 'ok bot'],
    ['a longer life', { iat: SECONDS, exp: SECONDS + 3_601 }, 'jwt_lifetime'],
    ['a subject that is no text', { sub: ['bot'] }, 'ok null'],
  ])('with %s is judged by that', async (_, claims, expected) => {
    expect(await newVerifier(() => jwksOf(key)).verify(await signJwt(key, NOW, claims))).toBe(expected);
  });

  it('of another agent claim, mapped, and with audiences of the configuration', async () => {
    const { verify } = newVerifier(() => jwksOf(key));
    const issuer = issuerOf({ agentClaim: 'client_id', agentMap: { 'app-7': 'bot' }, audiences: ['api://callgate'] });
    expect(await verify(await signJwt(key, NOW, { client_id: 'app-7', aud: 'api://callgate' }), issuer)).toBe('ok bot');
    expect(await verify(await signJwt(key, NOW, { client_id: 'toString', aud: 'api://callgate' }), issuer)).toBe('ok null');
    expect(await verify(await signJwt(key, NOW, { client_id: 'app-7' }), issuer)).toBe('jwt_aud');
  });
});

describe('a forged token', () => {
  it.each(['none', 'None', 'HS256', 'HS512', 'dir', 'ES384'])('of algorithm %s is refused before any key is looked for', async (alg) => {
    const { state, verify } = newVerifier(() => jwksOf(key));
    expect(await verify(withHeader(await signJwt(key, NOW), { alg, kid: 'k1' }))).toBe('jwt_alg');
    expect(state.fetched).toBe(0);
  });

  it.each([
    [{ jku: 'https://evil.example.com/keys' }, 'jwt_header'],
    [{ x5u: 'https://evil.example.com/cert' }, 'jwt_header'],
    [{ x5c: ['MIIB'] }, 'jwt_header'],
    [{ crit: ['exp'], exp: 1 }, 'jwt_header'],
    [{ b64: false }, 'jwt_header'],
    [{ kid: '../../dev/null' }, 'jwt_kid'],
    [{ kid: { $gt: '' } }, 'jwt_kid'],
    [{ kid: 'k'.repeat(300) }, 'jwt_kid'],
    [{ kid: 'k1', note: 'signed for other bytes' }, 'jwt_sig'],
  ])('with the header %j is refused', async (header, code) => {
    const { verify } = newVerifier(() => jwksOf(key));
    expect(await verify(withHeader(await signJwt(key, NOW), { alg: 'ES256', kid: 'k1', ...header }))).toBe(code);
  });

  it('that brings a key of its own is refused, although that key signed it', async () => {
    const mine = await newSigningKey('k1');
    const { verify } = newVerifier(() => jwksOf(key));
    expect(await verify(await signJwt(mine, NOW, {}, { jwk: mine.publicJwk }))).toBe('jwt_header');
    expect(await verify(await signJwt(mine, NOW))).toBe('jwt_sig');
  });

  it('of the wrong type is refused where a type is asked for', async () => {
    const { verify } = newVerifier(() => jwksOf(key));
    const issuer = issuerOf({ typ: 'at+jwt' });
    expect(await verify(await signJwt(key, NOW, {}, { typ: 'application/AT+JWT' }), issuer)).toBe('ok bot');
    for (const typ of ['JWT', undefined]) expect(await verify(await signJwt(key, NOW, {}, typ ? { typ } : {}), issuer)).toBe('jwt_typ');
  });

  it('whose claims or signature were exchanged, or are written in another way, is refused', async () => {
    const { verify } = newVerifier(() => jwksOf(key));
    const [a, b] = [(await signJwt(key, NOW)).split('.'), (await signJwt(key, NOW, { sub: 'root' })).split('.')];
    expect(await verify([a[0], b[1], a[2]].join('.'))).toBe('jwt_sig');
    expect(await verify([a[0], a[1], b[2]].join('.'))).toBe('jwt_sig');
    expect(await verify(`${a.join('.')}=`)).toBe('jwt_form');
    expect(await verify([a[0], a[1], ''].join('.'))).toBe('jwt_form');
    const twice = Buffer.from('{"iss":"x","iss":"https://login.example.com/tenant"}').toString('base64url');
    expect(await verify([a[0], twice, a[2]].join('.'))).toBe('jwt_form');
    expect(await verify(`${a[0]}.${'A'.repeat(9_000)}.${a[2]}`)).toBe('jwt_form');
  });

  it('is told from a grant token and from noise', () => {
    expect(['a.b.c', makeToken(new Uint8Array(32)), 'cg_live_a.b.c', 'a.b', 'a.b.c.d', ''].map(looksLikeJwt)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('keys', () => {
  it('are fetched once for many tokens, and an unknown key id asks once a cool-down', async () => {
    let served = jwksOf(key);
    const { state, verify } = newVerifier(() => served);
    const old = await signJwt(key, NOW);
    await Promise.all(Array.from({ length: 20 }, () => verify(old)));
    expect(state.fetched).toBe(1);
    const next = await newSigningKey('k2');
    served = jwksOf(key, next);
    state.mono = 40_000;
    const rotated = await signJwt(next, NOW);
    expect(await verify(rotated)).toBe('ok bot');
    expect([state.fetched, await verify(old)]).toEqual([2, 'ok bot']);
    const stranger = await newSigningKey('k3');
    for (let n = 0; n < 50; n++) expect(await verify(await signJwt(stranger, NOW, { n }))).toBe('jwt_kid');
    expect(state.fetched).toBe(2);
    state.mono = 80_000;
    for (let n = 0; n < 5; n++) await verify(await signJwt(stranger, NOW, { n }));
    expect(state.fetched).toBe(3);
  });

  it('that were withdrawn verify nothing any more, not even a token that was verified before', async () => {
    let served = jwksOf(key);
    const { state, verify } = newVerifier(() => served);
    const token = await signJwt(key, NOW);
    expect(await verify(token)).toBe('ok bot');
    served = jwksOf(await newSigningKey('k2'));
    state.mono = 6 * 60_000;
    await verify(token);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await verify(token)).toBe('jwt_kid');
  });

  it('that cannot be read are used for an hour, then nothing is; and are asked for again after the cool-down', async () => {
    let served: string | null = jwksOf(key);
    const { state, verify } = newVerifier(() => served ?? Promise.reject(new Error('refused')));
    const fresh = () => signJwt(key, NOW, { jti: String(Math.random()) });
    expect(await verify(await fresh())).toBe('ok bot');
    served = null;
    state.mono = 50 * 60_000;
    expect(await verify(await fresh())).toBe('ok bot');
    state.mono = 61 * 60_000;
    expect(await verify(await fresh())).toBe('jwt_keys');
    expect(state.warnings).toBeGreaterThan(0);
    served = jwksOf(key);
    expect(await verify(await fresh())).toBe('jwt_keys');
    state.mono += 30_000;
    expect(await verify(await fresh())).toBe('ok bot');
  });

  it('remembered are forgotten with the time, the issuer and its revision', async () => {
    const { state, verify } = newVerifier(() => jwksOf(key));
    const token = await signJwt(key, NOW);
    expect(await verify(token)).toBe('ok bot');
    expect(await verify(token, issuerOf(), NOW + 631_000)).toBe('jwt_exp');
    expect(await verify(token, issuerOf({ revision: 'r2', algorithms: ['RS256'] }))).toBe('jwt_alg');
    expect(state.fetched).toBe(1);
    const other = await newSigningKey('k1');
    expect(await verify(token, issuerOf({ revision: 'r3', jwksUrl: null, jwks: jwksOf(other) }))).toBe('jwt_sig');
  });

  it('without ids are tried one after the other', async () => {
    const [a, b] = [await newSigningKey('a'), await newSigningKey('b')];
    const nameless = [a, b].map(({ publicJwk: { kid: _, ...jwk } }) => jwk);
    const { verify } = newVerifier(() => JSON.stringify({ keys: nameless }));
    expect(await verify(await signJwt(b, NOW, {}, { kid: undefined }))).toBe('ok bot');
    expect(await verify(await signJwt(await newSigningKey('c'), NOW, {}, { kid: undefined }))).toBe('jwt_sig');
  });

  it.each([
    ['no JSON', 'keys', /JWK Set/],
    ['no list', '{"keys":{}}', /JWK Set/],
    ['a secret', '{"keys":[{"kty":"oct","k":"AAAA"}]}', /private or symmetric/],
    ['a private key', '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]}', /private or symmetric/],
    ['keys for encryption alone', '{"keys":[{"kty":"RSA","use":"enc","n":"a","e":"b"}]}', /no public key/],
    ['too many', JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) }), /more than 100/],
  ])('of a set with %s are refused', (_, text, words) => {
    const result = readJwks(text);
    expect(result.ok ? 'ok' : result.error).toMatch(words);
  });
});

interface Group {
  readonly public?: Record<string, unknown>;
  readonly tests: readonly { tcId: number; comment: string; jws: unknown; result: 'valid' | 'invalid' }[];
}
/** Valid as a JWS, refused as an access token: one without claims, and one whose key is marked for another algorithm. */
const STRICTER = new Set(['emptyPayload', 'Figure20']);
const WYCHEPROOF = sharedData('corpora/wycheproof/testvectors_v1/json_web_signature_test.json');

describe.skipIf(!existsSync(WYCHEPROOF))(
  `Wycheproof's JWS vectors${existsSync(WYCHEPROOF) ? '' : ' (skipped: the corpus is not here)'}`,
  () => {
    it('are refused where they are invalid, and accepted where they are valid and asymmetric', async () => {
      const { testGroups } = JSON.parse(readFileSync(WYCHEPROOF, 'utf8')) as { testGroups: Group[] };
      const counts = { refused: 0, accepted: 0, unsupported: 0 };
      const wrong: string[] = [];
      for (const group of testGroups) {
        for (const { tcId, comment, jws, result } of group.tests) {
          const accepted = await accepts(jws, group);
          if (result === 'invalid') counts.refused += 1;
          else if (accepted) counts.accepted += 1;
          else counts.unsupported += 1;
          const asymmetric = typeof group.public?.alg === 'string' && JWT_ALGORITHMS.includes(group.public.alg as never);
          if (result === 'valid' && !accepted && STRICTER.has(comment)) continue;
          if (accepted !== (result === 'valid' && asymmetric))
            wrong.push(`${tcId} ${comment}: ${result}, ${accepted ? 'accepted' : 'refused'}`);
        }
      }
      console.info(`Wycheproof JWS: ${JSON.stringify(counts)}`);
      expect(wrong).toEqual([]);
      expect(counts.refused).toBe(355);
      expect(counts.accepted + counts.unsupported).toBe(46);
    });

    async function accepts(jws: unknown, { public: jwk }: Group): Promise<boolean> {
      if (typeof jws !== 'string' || jwk === undefined) return false;
      const header = readJwsHeader(jws);
      if (!header.ok) return false;
      const issuer = issuerOf({ algorithms: JWT_ALGORITHMS });
      if (!checkHeader({ token: jws, header: header.value, claims: {} }, issuer).ok) return false;
      const keys = readJwks(JSON.stringify({ keys: [jwk] }));
      return keys.ok && (await verifySignature(jws, issuer.algorithms, keys.value)) === 'good';
    }
  },
);
