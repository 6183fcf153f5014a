import type { JsonObject } from '@/lib/kernel/json';
import type { JwtIssuer } from './jwt-issuer';

const SUBJECT_CHARACTERS_MAX = 200;

/** What a verified token says, as far as the gateway uses it. */
export interface JwtIdentity {
  readonly issuerId: string;
  readonly issuerRevision: string;
  readonly issuer: string;
  /** `sub`, for the record; shortened, null without one. */
  readonly subject: string | null;
  /** Slug of the agent; null when the claim names none. */
  readonly agent: string | null;
  readonly scopes: readonly string[];
  /** What a token that is good for one request is known by; null for others. */
  readonly tokenId: string | null;
  /** Epoch milliseconds, the tolerance included. */
  readonly expiresAtMs: number;
}

/** Reads what a token stands for. Its signature and claims must have been checked. */
export function identityOf(claims: JsonObject, issuer: JwtIssuer): JwtIdentity {
  const { sub, exp, jti } = claims;
  return {
    issuerId: issuer.id,
    issuerRevision: issuer.revision,
    issuer: issuer.issuer,
    subject: typeof sub === 'string' ? sub.slice(0, SUBJECT_CHARACTERS_MAX) : null,
    agent: agentOf(claims[issuer.agentClaim], issuer),
    scopes: scopesOf(claims[issuer.scopeClaim]),
    tokenId: issuer.oneTime && typeof jti === 'string' ? jti : null,
    expiresAtMs: (Number(exp) + issuer.toleranceSeconds) * 1000,
  };
}

function agentOf(value: unknown, { agentMap }: JwtIssuer): string | null {
  if (typeof value !== 'string') return null;
  if (agentMap === null) return value;
  return Object.hasOwn(agentMap, value) ? (agentMap[value] ?? null) : null;
}

function scopesOf(value: unknown): string[] {
  const scopes = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return scopes.filter((scope): scope is string => typeof scope === 'string' && scope !== '');
}

/** The scopes that policies see. */
export function effectiveScopes(granted: readonly string[], identity: JwtIdentity, issuer: JwtIssuer): readonly string[] {
  switch (issuer.scopeMode) {
    case 'provide':
      return identity.scopes;
    case 'intersect':
      return granted.filter((scope) => identity.scopes.includes(scope));
    case 'ignore':
      return granted;
  }
}

/** Whether the token has every scope without which it may do nothing. */
export function hasRequiredScopes(identity: JwtIdentity, issuer: JwtIssuer): boolean {
  return issuer.requiredScopes.every((scope) => identity.scopes.includes(scope));
}
