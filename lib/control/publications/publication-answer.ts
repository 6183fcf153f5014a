import type { Prisma } from '@/lib/db/generated/client';
import { mayRole } from '@/lib/domain/roles';
import type { ControlContext, Reader } from '../context';
import { notFound } from '../control-error';
import { editorsOf } from '../policies/draft-editors';
import type { PublicationAnswer } from './contract';

const reference = { select: { id: true, slug: true, name: true } } as const;
export const PUBLICATION_PARTS = {
  policy: { select: { id: true, slug: true, name: true, server: reference } },
} as const satisfies Prisma.PublicationInclude;

export type PublicationRow = Prisma.PublicationGetPayload<object>;
type RowWithPolicy = Prisma.PublicationGetPayload<{ include: typeof PUBLICATION_PARTS }>;

export function publicationAnswer(ctx: Pick<ControlContext, 'actor'>, row: RowWithPolicy): PublicationAnswer {
  const { server, ...policy } = row.policy;
  return {
    id: row.id,
    status: row.status as PublicationAnswer['status'],
    server,
    policy,
    baseVersion: row.baseVersion,
    digest: row.textSha256,
    mode: row.mode as PublicationAnswer['mode'],
    comment: row.comment,
    restoredFrom: row.restoredFrom,
    simulation: row.simulation,
    dueAt: row.dueAt?.toISOString() ?? null,
    loosening: row.loosening,
    change: row.sentences as PublicationAnswer['change'],
    requestedBy: { kind: row.requestedKind, id: row.requestedById, name: row.requestedBy },
    requestedAt: row.requestedAt.toISOString(),
    editors: editorsOf(row.editors),
    needsApproval: row.needsApproval,
    approvedBy: row.approvedBy,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    closedBy: row.closedBy,
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBecause: row.closedBecause,
    version: row.version,
    cannotApprove: cannotApprove(ctx.actor, row),
  };
}

/** Throws 404. The parts are read one after the other, because a transaction's connection takes one query at a time. */
export async function readPublication(db: Reader, ctx: Pick<ControlContext, 'actor'>, id: string): Promise<PublicationAnswer> {
  const row = await db.publication.findUnique({ where: { id } });
  if (!row) throw notFound('publication', id);
  const policy = await db.policy.findUniqueOrThrow({ where: { id: row.policyId } });
  const server = await db.server.findUniqueOrThrow({ where: { id: policy.serverId }, ...reference });
  return publicationAnswer(ctx, { ...row, policy: { id: policy.id, slug: policy.slug, name: policy.name, server } });
}

/** Why this actor is not its second person, in a sentence; null when the actor may be. */
export function cannotApprove(
  actor: ControlContext['actor'],
  row: Pick<PublicationRow, 'status' | 'requestedById' | 'requestedBy' | 'editors'>,
): string | null {
  if (row.status !== 'awaiting_review') return 'It does not wait for a second person.';
  if (actor.role === null || !mayRole(actor.role, 'policy.publish'))
    return 'Approving needs the permission to publish policies, which policy authors and administrators have.';
  if (row.requestedById === actor.id) return 'You asked for it. Somebody else has to approve it.';
  if (editorsOf(row.editors).some((editor) => editor.id === actor.id))
    return 'You wrote part of this text. Somebody who did not has to approve it.';
  return null;
}
