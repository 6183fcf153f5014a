import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { lockRow } from '../locate';
import { channelEtag, readChannel, recordedChannel } from './channel-answer';
import type { deleteNotificationChannel as contract } from './contract';

/** What waited for the channel is not sent; the log keeps its name. */
export async function deleteNotificationChannel(
  ctx: ControlContext,
  { params, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  return change(ctx, async (tx, record) => {
    await lockRow(tx, 'channel', params.channel);
    const row = await readChannel(tx, params.channel);
    requireMatch(ifMatch, channelEtag(row), 'channel');
    const dropped = await tx.$executeRaw`
      UPDATE notification_deliveries SET status = 'skipped', finished_at = clock_timestamp(), detail = 'The channel was deleted.'
      WHERE channel_id = ${row.id} AND status IN ('waiting', 'sending')`;
    await tx.notificationChannel.delete({ where: { id: row.id } });
    await record({
      action: 'channel.delete',
      entity: 'channel',
      entityId: row.id,
      entityName: row.name,
      before: { ...recordedChannel(row), waiting: dropped },
    });
    return { deleted: { id: row.id, name: row.name }, dropped };
  });
}
