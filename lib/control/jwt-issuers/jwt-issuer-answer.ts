import type { JwtIssuer as Row } from '@/lib/db/generated/client';
import type { Reader } from '../context';
import { notFound } from '../control-error';
import { etagOf } from '../etag';
import type { JwtIssuerAnswer } from './contract';

export async function locateIssuer(db: Reader, id: string): Promise<Row> {
  const row = await db.jwtIssuer.findUnique({ where: { id } });
  if (!row) throw notFound('issuer', id);
  return row;
}

export const issuerEtag = (row: Pick<Row, 'revision'>): string => etagOf(row.revision);

export function issuerAnswer({ revision, ...row }: Row): JwtIssuerAnswer {
  return {
    ...row,
    jwks: row.jwks === null ? null : (JSON.parse(row.jwks) as JwtIssuerAnswer['jwks']),
    audiences: row.audiences as string[],
    algorithms: row.algorithms as JwtIssuerAnswer['algorithms'],
    agentMap: row.agentMap as JwtIssuerAnswer['agentMap'],
    scopeMode: row.scopeMode as JwtIssuerAnswer['scopeMode'],
    requiredScopes: row.requiredScopes as string[],
    status: row.status as JwtIssuerAnswer['status'],
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    etag: issuerEtag({ revision }),
  };
}

/** What the admin audit keeps of an issuer: everything that decides, nothing of it secret. */
export function recordedIssuer(row: Row): object {
  const { id: _, createdAt: __, updatedAt: ___, createdBy: ____, etag: _____, ...settings } = issuerAnswer(row);
  return settings;
}
