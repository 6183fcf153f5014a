import type { Prisma } from '@/lib/db/generated/client';
import type { AccessFacts, NotificationFacts } from '@/lib/domain/notification/notification-event';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listNotificationDeliveries as contract, DeliveryAnswer } from './contract';

export type DeliveryRow = Prisma.NotificationDeliveryGetPayload<object>;

/** Newest first. */
export async function listNotificationDeliveries(
  ctx: ControlContext,
  { query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.notificationDelivery.findMany({
    where: {
      AND: [
        query.channel ? { channelId: query.channel } : {},
        query.approval ? { approvalId: query.approval } : {},
        query.event ? { event: { in: query.event } } : {},
        query.status ? { status: { in: query.status } } : {},
        after ? { id: { lt: after[0] as string } } : {},
      ],
    },
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.id], rows.map(deliveryAnswer));
}

export function deliveryAnswer(row: DeliveryRow): DeliveryAnswer {
  const { agent, server, tool } = row.facts as unknown as Pick<AccessFacts, 'agent' | 'server'> & Partial<Pick<NotificationFacts, 'tool'>>;
  return {
    id: row.id,
    messageId: row.messageId,
    channel: { id: row.channelId, name: row.channelName, kind: row.channelKind as DeliveryAnswer['channel']['kind'] },
    approval: row.approvalId,
    event: row.event as DeliveryAnswer['event'],
    about: { agent, server: server ?? null, tool: tool ?? null },
    status: row.status as DeliveryAnswer['status'],
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    nextAttemptAt: row.status === 'waiting' ? row.dueAt.toISOString() : null,
    responseCode: row.responseCode,
    detail: row.detail,
  };
}
