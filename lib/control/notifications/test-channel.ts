import { sampleFacts } from '@/lib/domain/notification/notification-event';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { readChannel } from './channel-answer';
import type { testNotificationChannel as contract } from './contract';
import { deliver } from './deliver';
import { deliveryAnswer } from './list-deliveries';

/** Sends now, also through a channel that is switched off, and answers with what became of it. One attempt; nothing is tried again. */
export async function testNotificationChannel(
  ctx: ControlContext,
  { params }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const id = ctx.services.newId('ntf');
  const now = await change(ctx, async (tx, record) => {
    const channel = await readChannel(tx, params.channel);
    const facts = sampleFacts(ctx.now.getTime());
    // Claimed from the beginning, so that no other node sends it as well.
    const [row] = await tx.$queryRaw<{ now: Date }[]>`
      INSERT INTO notification_deliveries (id, message_id, channel_id, channel_name, channel_kind, event, facts, status, attempts, last_attempt_at, due_at)
      VALUES (${id}, ${id}, ${channel.id}, ${channel.name}, ${channel.kind}, 'test', ${JSON.stringify(facts)}::jsonb, 'sending', 1, clock_timestamp(),
        clock_timestamp() + interval '40 seconds')
      RETURNING clock_timestamp() AS now`;
    await record({ action: 'channel.test', entity: 'channel', entityId: channel.id, entityName: channel.name, after: { delivery: id } });
    return row?.now ?? ctx.now;
  });
  await deliver({ ...ctx, random: () => 0.5 }, { id, attempt: 1, now });
  return deliveryAnswer(await ctx.prisma.notificationDelivery.findUniqueOrThrow({ where: { id } }));
}
