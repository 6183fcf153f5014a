import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { resendNotification as contract } from './contract';
import { deliveryAnswer } from './list-deliveries';

/** A new delivery of the same message, so that the log keeps what happened to the first; what waits is only brought forward. */
export async function resendNotification(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const id = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'delivery', params.delivery);
    const row = await tx.notificationDelivery.findUnique({ where: { id: params.delivery } });
    if (row === null) throw notFound('delivery', params.delivery);
    if (row.channelId === null)
      throw new ControlError(409, 'delivery.channel_gone', `The channel "${row.channelName}" was deleted; there is nowhere to send this.`);
    if (row.event === 'test')
      throw new ControlError(409, 'delivery.test', 'This was a test. Use the test of the channel to send another one.');
    if (row.status === 'sending') throw new ControlError(409, 'delivery.sending', 'It is being sent right now. Look again in a minute.');
    if (row.event === 'escalated' && row.status === 'waiting' && row.attempts === 0)
      throw new ControlError(409, 'delivery.not_due', 'It has not escalated yet, so there is nothing to send again.');
    const again = row.status === 'waiting' ? row.id : ctx.services.newId('ntf');
    if (again === row.id) await tx.$executeRaw`UPDATE notification_deliveries SET due_at = clock_timestamp() WHERE id = ${row.id}`;
    else
      await tx.$executeRaw`
        INSERT INTO notification_deliveries (id, message_id, channel_id, channel_name, channel_kind, approval_id, event, facts)
        SELECT ${again}, message_id, channel_id, channel_name, channel_kind, approval_id, event, facts FROM notification_deliveries WHERE id = ${row.id}`;
    await record({
      action: 'notification.resend',
      entity: 'channel',
      entityId: row.channelId,
      entityName: row.channelName,
      after: { delivery: again, message: row.messageId, event: row.event, approval: row.approvalId },
    });
    return again;
  });
  return deliveryAnswer(await ctx.prisma.notificationDelivery.findUniqueOrThrow({ where: { id } }));
}
