import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import { CHANNEL_PARTS, channelAnswer, readChannel } from './channel-answer';
import type { listNotificationChannels as contract, getNotificationChannel as one } from './contract';

/** Oldest first. */
export async function listNotificationChannels(
  ctx: ControlContext,
  { query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.notificationChannel.findMany({
    where: after ? { id: { gt: after[0] as string } } : {},
    include: CHANNEL_PARTS,
    orderBy: { id: 'asc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [row.id], rows.map(channelAnswer));
}

export async function getNotificationChannel(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return channelAnswer(await readChannel(ctx.prisma, params.channel));
}
