import { checkClaims, checkHeader } from '@/lib/domain/jwt/check-jwt';
import { identityOf, type JwtIdentity } from '@/lib/domain/jwt/jwt-identity';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import { type JwtProblem, jwtProblem, type UnverifiedJwt } from '@/lib/domain/jwt/read-jwt';
import type { JwtVerifier } from '@/lib/gateway/ports';
import { ok, type Result } from '@/lib/kernel/result';
import type { JwksSource } from './jwks-source';
import { verifySignature } from './verify-signature';

/** Verified tokens that are remembered; each is some hundred bytes. */
const REMEMBERED_MAX = 10_000;

interface Remembered {
  readonly issuerId: string;
  readonly revision: string;
  readonly generation: number;
}

/**
 * Verifies tokens of configured issuers. A signature that held is remembered by the token's hash for as long as issuer
 * and keys stay the same; the claims, times above all, are checked at every use.
 */
export class JoseVerifier implements JwtVerifier {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly keys: JwksSource) {}

  async verify(
    jwt: UnverifiedJwt,
    hash: string,
    issuer: JwtIssuer,
    resources: readonly string[],
    nowMs: number,
  ): Promise<Result<JwtIdentity, JwtProblem>> {
    // What costs nothing goes first: a stranger's token is rarely worth a signature.
    for (const checked of [checkHeader(jwt, issuer), checkClaims(jwt, issuer, resources, nowMs)]) if (!checked.ok) return checked;
    if (!this.isRemembered(hash, issuer)) {
      const problem = await this.checkSignature(jwt, hash, issuer);
      if (!problem.ok) return problem;
    }
    return ok(identityOf(jwt.claims, issuer));
  }

  private isRemembered(hash: string, issuer: JwtIssuer): boolean {
    const before = this.remembered.get(hash);
    return (
      before !== undefined &&
      before.issuerId === issuer.id &&
      before.revision === issuer.revision &&
      before.generation === this.keys.generation(issuer)
    );
  }

  private async checkSignature(jwt: UnverifiedJwt, hash: string, issuer: JwtIssuer): Promise<Result<null, JwtProblem>> {
    let set = await this.keys.current(issuer);
    if (set === null) return jwtProblem('jwt_keys', "The keys of the token's issuer cannot be read at the moment.");
    let signed = await verifySignature(jwt.token, issuer.algorithms, set.keys);
    if (signed === 'no_key') {
      // The issuer may have a new key: it is asked once a cool-down, however many such tokens come.
      set = (await this.keys.renewed(issuer)) ?? set;
      signed = await verifySignature(jwt.token, issuer.algorithms, set.keys);
    }
    if (signed === 'no_key') return jwtProblem('jwt_kid', 'The issuer has no key that the token could be signed with.');
    if (signed === 'bad') return jwtProblem('jwt_sig', 'The signature of the token does not hold.');
    this.remember(hash, { issuerId: issuer.id, revision: issuer.revision, generation: set.generation });
    return ok(null);
  }

  private remember(hash: string, entry: Remembered): void {
    this.remembered.delete(hash);
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.delete(this.remembered.keys().next().value as string);
    this.remembered.set(hash, entry);
  }
}
