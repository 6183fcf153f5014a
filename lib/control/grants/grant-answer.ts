import type { Prisma } from '@/lib/db/generated/client';
import { unusedAt } from '@/lib/domain/life-cycle';
import type { ControlContext, Reader } from '../context';
import { notFound } from '../control-error';
import { elevationsOf } from '../elevations/current-elevation';
import type { GrantAnswer } from './contract';

export const GRANT_PARTS = {
  agent: { select: { id: true, slug: true, name: true } },
  server: { select: { id: true, slug: true, name: true } },
  policy: { select: { id: true, slug: true, name: true, liveVersion: true } },
  tokens: { orderBy: { createdAt: 'desc' } },
  usage: true,
} as const satisfies Prisma.GrantInclude;

export type GrantRow = Prisma.GrantGetPayload<{ include: typeof GRANT_PARTS }>;

type Elevations = Awaited<ReturnType<typeof elevationsOf>>;

/** Answers for rows, in one more query whatever their number. */
export async function grantAnswers(db: Reader, ctx: ControlContext, rows: readonly GrantRow[]): Promise<GrantAnswer[]> {
  const elevations = await elevationsOf(
    db,
    rows.map((row) => row.id),
    ctx.now,
  );
  return rows.map((row) => grantView(ctx, row, elevations));
}

export async function grantAnswer(ctx: ControlContext, row: GrantRow): Promise<GrantAnswer> {
  const [answer] = await grantAnswers(ctx.prisma, ctx, [row]);
  return answer as GrantAnswer;
}

function grantView(ctx: ControlContext, row: GrantRow, elevations: Elevations): GrantAnswer {
  const policy = row.policy ? { id: row.policy.id, slug: row.policy.slug, name: row.policy.name } : null;
  return {
    id: row.id,
    agent: row.agent,
    server: row.server,
    policy,
    policyVersion: row.policy?.liveVersion ?? null,
    label: row.label,
    scopes: row.scopes as string[],
    purpose: row.purpose,
    notBefore: row.notBefore?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    status: stateOf(row, ctx.now),
    tokens: row.tokens
      .filter((token) => token.validUntil === null || token.validUntil > ctx.now)
      .map((token) => ({
        lastFour: token.lastFour,
        createdAt: token.createdAt.toISOString(),
        validUntil: token.validUntil?.toISOString() ?? null,
      })),
    elevation: elevationView(row, elevations),
    unused: unusedOf(row, ctx.now),
    lastUsedAt: row.usage?.lastUsedAt.toISOString() ?? null,
    lastClient: row.usage?.clientName ? { name: row.usage.clientName, version: row.usage.clientVersion } : null,
    lastSourceIp: row.usage?.sourceIp ?? null,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
    gatewayUrl: ctx.services.gatewayUrl(row.server.slug),
  };
}

function elevationView(row: GrantRow, elevations: Elevations): GrantAnswer['elevation'] {
  const lasting = elevations.get(row.id);
  if (lasting === undefined || lasting.untilAt === null || row.status !== 'active') return null;
  const { id, slug, name, liveVersion } = lasting.policy;
  return { id: lasting.id, policy: { id, slug, name }, version: liveVersion, until: lasting.untilAt.toISOString(), reason: lasting.reason };
}

/** Only what could be used can be unused. */
export function unusedOf(row: GrantRow, now: Date): GrantAnswer['unused'] {
  return stateOf(row, now) === 'active' ? unusedAt({ ...row, lastUsedAt: row.usage?.lastUsedAt ?? null }, now) : null;
}

/**
 * Throws 404. The parts are read one after the other: inside a transaction they share one connection, which takes one
 * query at a time.
 */
export async function readGrant(db: Reader, id: string): Promise<GrantRow> {
  const row = await db.grant.findUnique({ where: { id } });
  if (!row) throw notFound('grant', id);
  const agent = await db.agent.findUniqueOrThrow({ where: { id: row.agentId }, ...GRANT_PARTS.agent });
  const server = await db.server.findUniqueOrThrow({ where: { id: row.serverId }, ...GRANT_PARTS.server });
  const policy = row.policyId === null ? null : await db.policy.findUnique({ where: { id: row.policyId }, ...GRANT_PARTS.policy });
  const tokens = await db.grantToken.findMany({ where: { grantId: id }, ...GRANT_PARTS.tokens });
  const usage = await db.grantUsage.findUnique({ where: { grantId: id } });
  return { ...row, agent, server, policy, tokens, usage };
}

export function stateOf(
  row: { readonly status: string; readonly notBefore: Date | null; readonly expiresAt: Date | null },
  now: Date,
): GrantAnswer['status'] {
  if (row.status === 'revoked') return 'revoked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'expired';
  return row.notBefore !== null && row.notBefore > now ? 'scheduled' : 'active';
}

/** What a change record keeps of a grant; never a token. */
export function recordedGrant(row: GrantRow): Record<string, unknown> {
  const { label, scopes, purpose, notBefore, expiresAt, status } = row;
  return {
    agent: row.agent.slug,
    server: row.server.slug,
    policy: row.policy?.slug ?? null,
    label,
    scopes,
    purpose,
    notBefore,
    expiresAt,
    status,
  };
}

export const grantName = (row: GrantRow): string => `${row.agent.slug} → ${row.server.slug}`;
