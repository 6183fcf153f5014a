import type { Prisma } from '@/lib/db/generated/client';
import { elevationStatusAt } from '@/lib/domain/elevation';
import { mayRole } from '@/lib/domain/roles';
import type { ControlContext, Reader } from '../context';
import { notFound } from '../control-error';
import type { ElevationAnswer } from './contract';

const NAMED = { select: { id: true, slug: true, name: true } } as const;
export const ELEVATION_PARTS = {
  policy: { select: { id: true, slug: true, name: true, liveVersion: true } },
  grant: {
    select: {
      id: true,
      label: true,
      status: true,
      policy: { select: { slug: true } },
      server: NAMED,
      agent: { select: { id: true, slug: true, name: true, owner: true } },
    },
  },
} as const satisfies Prisma.GrantElevationInclude;
export type ElevationRow = Prisma.GrantElevationGetPayload<{ include: typeof ELEVATION_PARTS }>;

/**
 * Throws 404. The parts are read one after the other: inside a transaction they share one connection, which takes one
 * query at a time.
 */
export async function readElevation(db: Reader, id: string): Promise<ElevationRow> {
  const row = await db.grantElevation.findUnique({ where: { id } });
  if (!row) throw notFound('elevation', id);
  const policy = await db.policy.findUniqueOrThrow({ where: { id: row.policyId }, ...ELEVATION_PARTS.policy });
  const own = await db.grant.findUniqueOrThrow({ where: { id: row.grantId } });
  const agent = await db.agent.findUniqueOrThrow({ where: { id: own.agentId }, ...ELEVATION_PARTS.grant.select.agent });
  const server = await db.server.findUniqueOrThrow({ where: { id: own.serverId }, ...NAMED });
  const base = own.policyId === null ? null : await db.policy.findUnique({ where: { id: own.policyId }, select: { slug: true } });
  return { ...row, policy, grant: { id: own.id, label: own.label, status: own.status, policy: base, server, agent } };
}

/** The e-mail address of the caller; null for keys. */
export async function emailOf(db: Reader, { actor }: Pick<ControlContext, 'actor'>): Promise<string | null> {
  if (actor.kind !== 'user') return null;
  return (await db.user.findUnique({ where: { id: actor.id }, select: { email: true } }))?.email.toLowerCase() ?? null;
}

export const isOwner = (email: string | null, owner: string): boolean => email !== null && owner.toLowerCase() === email;

/** Another person than the one who asked, and never the owner of the agent, whatever the role. */
export function decisionOf(
  { actor }: Pick<ControlContext, 'actor'>,
  row: Pick<ElevationRow, 'requestedId' | 'grant'>,
  email: string | null,
): ElevationAnswer['decision'] {
  const no = (why: string) => ({ may: false, why });
  if (actor.role === null || !mayRole(actor.role, 'approval.decide')) return no('Deciding needs the role Approver or Admin.');
  if (actor.kind !== 'user') return no('A person decides about more access; a management key is none.');
  if (actor.id === row.requestedId) return no('You asked for it, so somebody else has to decide.');
  if (isOwner(email, row.grant.agent.owner)) return no('You own the agent, and nobody gives their own agent more access.');
  return { may: true, why: 'Nobody decides what they asked for themselves, or for their own agent: here you do neither.' };
}

/** Less access needs nobody's consent: whoever is concerned may end it, and whoever asked may take it back. */
export function endingOf(
  { actor }: Pick<ControlContext, 'actor'>,
  row: Pick<ElevationRow, 'requestedId' | 'grant'>,
  email: string | null,
): ElevationAnswer['ending'] {
  const may =
    (actor.role !== null && mayRole(actor.role, 'approval.decide')) ||
    actor.id === row.requestedId ||
    isOwner(email, row.grant.agent.owner);
  return { may, why: 'Approvers, admins, whoever asked and the owner of the agent may end it.' };
}

export function elevationAnswer(ctx: Pick<ControlContext, 'actor' | 'now'>, row: ElevationRow, email: string | null): ElevationAnswer {
  const { policy, grant } = row;
  return {
    id: row.id,
    status: elevationStatusAt(row, ctx.now),
    grant: { id: grant.id, label: grant.label, policy: grant.policy?.slug ?? null },
    agent: grant.agent,
    server: grant.server,
    policy: { id: policy.id, slug: policy.slug, name: policy.name, version: policy.liveVersion },
    minutes: row.durationMs / 60_000,
    reason: row.reason,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decidedReason: row.decidedReason,
    startsAt: row.startsAt?.toISOString() ?? null,
    until: row.untilAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    endedBy: row.endedBy,
    endReason: row.endReason,
    now: ctx.now.toISOString(),
    decision: decisionOf(ctx, row, email),
    ending: endingOf(ctx, row, email),
  };
}
