import type { JwtIssuer } from '@/components/shared/api/wire';

/** A token issuer as it is typed: lists as lines or words, keys as JSON text. */
export interface IssuerDraft {
  name: string;
  issuer: string;
  keys: 'url' | 'pasted';
  jwksUrl: string;
  jwks: string;
  /** One a line. */
  audiences: string;
  algorithms: readonly JwtIssuer['algorithms'][number][];
  toleranceSeconds: string;
  lifetimeSeconds: string;
  typ: string;
  agentClaim: string;
  /** `value=slug`, one a line; empty: the claim is the slug. */
  agentMap: string;
  scopeClaim: string;
  scopeMode: JwtIssuer['scopeMode'];
  /** Words. */
  requiredScopes: string;
  oneTime: boolean;
}

export const NEW_ISSUER: IssuerDraft = {
  name: '',
  issuer: '',
  keys: 'url',
  jwksUrl: '',
  jwks: '',
  audiences: '',
  algorithms: ['RS256', 'ES256'],
  toleranceSeconds: '30',
  lifetimeSeconds: '3600',
  typ: '',
  agentClaim: 'sub',
  agentMap: '',
  scopeClaim: 'scope',
  scopeMode: 'intersect',
  requiredScopes: '',
  oneTime: false,
};

export function draftOf(issuer: JwtIssuer): IssuerDraft {
  return {
    name: issuer.name,
    issuer: issuer.issuer,
    keys: issuer.jwks === null ? 'url' : 'pasted',
    jwksUrl: issuer.jwksUrl ?? '',
    jwks: issuer.jwks === null ? '' : JSON.stringify(issuer.jwks, null, 2),
    audiences: issuer.audiences.join('\n'),
    algorithms: issuer.algorithms,
    toleranceSeconds: String(issuer.toleranceSeconds),
    lifetimeSeconds: String(issuer.lifetimeSeconds),
    typ: issuer.typ ?? '',
    agentClaim: issuer.agentClaim,
    agentMap: Object.entries(issuer.agentMap ?? {})
      .map(([value, slug]) => `${value}=${slug}`)
      .join('\n'),
    scopeClaim: issuer.scopeClaim,
    scopeMode: issuer.scopeMode,
    requiredScopes: issuer.requiredScopes.join(' '),
    oneTime: issuer.oneTime,
  };
}

const split = (text: string, by: RegExp): string[] =>
  text
    .split(by)
    .map((part) => part.trim())
    .filter(Boolean);

/** Agent slugs by claim value; null when a line has no `=`. The last `=` divides: values may hold others. */
export function parseAgentMap(text: string): Record<string, string> | null {
  const map: Record<string, string> = {};
  for (const line of split(text, /\n/)) {
    const at = line.lastIndexOf('=');
    if (at <= 0 || at === line.length - 1) return null;
    map[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return map;
}

function parseKeys(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What keeps the draft from being sent, or null. The server judges everything else. */
export function draftProblem(draft: IssuerDraft): string | null {
  if (!draft.name.trim()) return 'Give the issuer a name';
  if (!draft.issuer.trim()) return 'Give the issuer, as its tokens name it';
  if (draft.keys === 'url' && !draft.jwksUrl.trim()) return 'Give the address of its keys';
  if (draft.keys === 'pasted' && parseKeys(draft.jwks) === null) return 'Paste its keys as JSON';
  if (draft.algorithms.length === 0) return 'Allow an algorithm';
  return parseAgentMap(draft.agentMap) === null ? 'Write agents as value=agent, one a line' : null;
}

/** The body of the request; call it only without a problem. */
export function bodyOf(draft: IssuerDraft): object {
  const agentMap = parseAgentMap(draft.agentMap) ?? {};
  return {
    name: draft.name.trim(),
    issuer: draft.issuer.trim(),
    jwksUrl: draft.keys === 'url' ? draft.jwksUrl.trim() : null,
    jwks: draft.keys === 'pasted' ? parseKeys(draft.jwks) : null,
    audiences: split(draft.audiences, /\n/),
    algorithms: draft.algorithms,
    toleranceSeconds: Number(draft.toleranceSeconds),
    lifetimeSeconds: Number(draft.lifetimeSeconds),
    typ: draft.typ.trim() || null,
    agentClaim: draft.agentClaim.trim(),
    agentMap: Object.keys(agentMap).length > 0 ? agentMap : null,
    scopeClaim: draft.scopeClaim.trim(),
    scopeMode: draft.scopeMode,
    requiredScopes: split(draft.requiredScopes, /\s+/),
    oneTime: draft.oneTime,
  };
}
