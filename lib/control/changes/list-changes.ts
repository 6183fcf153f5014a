import type { AdminChange, Prisma } from '@/lib/db/generated/client';
import { mayRole } from '@/lib/domain/roles';
import type { ControlContext, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { ChangeFilters, listChanges as contract, getChange as getContract } from './contract';

type Change = AnswerOf<typeof contract>['items'][number];

/** Newest first, by time and id. */
export async function listChanges(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 2);
  const afterAt = after ? new Date(Number(after[0])) : null;
  const rows = await ctx.prisma.adminChange.findMany({
    where: {
      AND: [
        ...changeFilter(ctx, query),
        afterAt ? { OR: [{ at: { lt: afterAt } }, { at: afterAt, id: { lt: after?.[1] as string } }] } : {},
      ],
    },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [String(row.at.getTime()), row.id], rows.map(changeAnswer));
}

export async function getChange(ctx: ControlContext, { params }: VerbInput<typeof getContract>): Promise<Change> {
  const row = await ctx.prisma.adminChange.findFirst({ where: { AND: [visibleChanges(ctx), { id: params.change }] } });
  if (!row) throw notFound('change', params.change);
  return changeAnswer(row);
}

/** Reasons of legal holds tell of inquiries, here as in the list of holds. */
function visibleChanges({ actor }: Pick<ControlContext, 'actor'>): Prisma.AdminChangeWhereInput {
  const mayHolds = actor.role !== null && mayRole(actor.role, 'audit.evidence');
  return mayHolds ? {} : { entity: { not: 'hold' } };
}

/** Conditions of which all have to hold, among them what this reader may see. */
export function changeFilter(ctx: Pick<ControlContext, 'actor'>, query: ChangeFilters): Prisma.AdminChangeWhereInput[] {
  const contains = { contains: query.q ?? '', mode: 'insensitive' as const };
  return [
    visibleChanges(ctx),
    query.from ? { at: { gte: new Date(query.from) } } : {},
    query.to ? { at: { lt: new Date(query.to) } } : {},
    query.actor ? { OR: [{ actorId: { in: query.actor } }, { actorName: { in: query.actor, mode: 'insensitive' } }] } : {},
    query.action ? { action: { in: query.action } } : {},
    query.entity ? { entity: { in: query.entity } } : {},
    query.entityId ? { entityId: query.entityId } : {},
    query.q
      ? { OR: [{ id: query.q }, { actorName: contains }, { action: contains }, { entityName: contains }, { entityId: contains }] }
      : {},
  ];
}

function changeAnswer(row: AdminChange): Change {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    action: row.action,
    entity: row.entity,
    entityId: row.entityId,
    entityName: row.entityName,
    before: row.before as Change['before'],
    after: row.after as Change['after'],
    requestId: row.requestId,
  };
}
