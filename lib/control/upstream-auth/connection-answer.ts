import type { Prisma } from '@/lib/db/generated/client';
import { connectionAad, connectionHeadersAad, type OAuthParty, type OAuthSecrets } from '@/lib/domain/upstream-auth';
import type { ControlContext, Reader } from '../context';
import { ControlError } from '../control-error';
import type { ConnectionAnswer } from './contract';

export const CONNECTION_PARTS = {
  agent: { select: { id: true, slug: true, name: true } },
} as const satisfies Prisma.UpstreamConnectionInclude;
export type ConnectionRow = Prisma.UpstreamConnectionGetPayload<{ include: typeof CONNECTION_PARTS }>;

/** A connection as people may see it: that secrets are there, never what they are. */
export function connectionAnswer(ctx: ControlContext, row: ConnectionRow): ConnectionAnswer {
  const party = partyOf(row);
  const secrets = secretsOf(ctx, row);
  return {
    agent: row.agent,
    kind: row.kind as ConnectionAnswer['kind'],
    status: row.status as ConnectionAnswer['status'],
    clientId: row.clientId,
    clientSecret: row.clientEnvelope === null ? null : { set: true },
    askedScopes: row.askedScopes,
    headers: headerNames(ctx, row),
    setBy: row.setBy,
    setAt: row.setAt.toISOString(),
    issuer: party?.issuer ?? null,
    resource: party?.resource ?? null,
    registration: party?.registration ?? null,
    scopes: row.scopes,
    neededScopes: row.neededScopes,
    expiresAt: row.accessExpiresAt?.toISOString() ?? null,
    renewable: row.kind === 'client_credentials' || secrets?.refreshToken != null,
    connectedBy: row.connectedBy,
    connectedAt: row.connectedAt?.toISOString() ?? null,
    refreshedAt: row.refreshedAt?.toISOString() ?? null,
    lastError: row.lastError,
  };
}

export const partyOf = (row: Pick<ConnectionRow, 'party'>): OAuthParty | null => row.party as unknown as OAuthParty | null;

/** The tokens in clear; null without any, or when the key does not open them. */
export function secretsOf(ctx: ControlContext, row: ConnectionRow): OAuthSecrets | null {
  const party = partyOf(row);
  if (row.kind === 'headers' || row.envelope === null || party === null) return null;
  try {
    return JSON.parse(ctx.services.envelope.open(row.envelope, connectionAad(row.id, party.issuer, party.resource))) as OAuthSecrets;
  } catch {
    return null;
  }
}

function headerNames(ctx: ControlContext, row: ConnectionRow): string[] {
  if (row.kind !== 'headers' || row.envelope === null) return [];
  try {
    return Object.keys(JSON.parse(ctx.services.envelope.open(row.envelope, connectionHeadersAad(row.id))) as object);
  } catch {
    return [];
  }
}

/** Throws 404. */
export async function readConnection(db: Reader, serverId: string, agentId: string | null): Promise<ConnectionRow> {
  const row = await db.upstreamConnection.findFirst({ where: { serverId, agentId }, include: CONNECTION_PARTS });
  if (row) return row;
  throw new ControlError(404, 'server_auth.not_found', 'Nothing of the kind is set for this server. Set it first, under Authentication.');
}

/** What a change record keeps: never a secret. */
export function recordedConnection(row: ConnectionRow): Record<string, unknown> {
  const { kind, status, clientId, askedScopes, scopes } = row;
  return { agent: row.agent?.slug ?? null, kind, status, clientId, askedScopes, scopes, issuer: partyOf(row)?.issuer ?? null };
}
