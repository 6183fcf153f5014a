import { performance } from 'node:perf_hooks';
import { JwksSource } from '@/lib/adapters/jwt/jwks-source';
import { JoseVerifier } from '@/lib/adapters/jwt/jwt-verifier';
import type { EgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { guardedFetch } from '@/lib/adapters/upstream/guarded-fetch';
import type { GatewayLog, JwtVerifier } from '@/lib/gateway/ports';

/** Verifies JWTs with keys that are fetched under the same guard as every upstream. */
export function createJwtVerifier(guard: EgressGuard, log: GatewayLog): JwtVerifier {
  const keys = new JwksSource({
    fetchText: (url) => guardedFetch(url, { guard }),
    monotonicMs: () => performance.now(),
    warn: (message, facts) => log.warn(message, facts),
  });
  return new JoseVerifier(keys);
}
