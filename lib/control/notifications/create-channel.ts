import type { Prisma } from '@/lib/db/generated/client';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { channelAnswer, readChannel, recordedChannel } from './channel-answer';
import { type SecretChanges, writeChannelSecrets } from './channel-secrets';
import { checkEscalation, checkLogin, checkMailServer, checkServers, checkUrl } from './check-channel';
import type { createNotificationChannel as contract } from './contract';

/** The address is looked at now, and again at each message: what it resolves to may change. */
export async function createNotificationChannel(
  ctx: ControlContext,
  { body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  checkEscalation(body.events, body.afterMinutes);
  await checkServers(ctx.prisma, body.servers);
  const { settings, secrets } = await placeOf(ctx, body);
  const { kind, name, events, servers, minimumRisk, afterMinutes, includeArguments, enabled } = body;
  const id = ctx.services.newId('ntc');
  try {
    await change(ctx, async (tx, record) => {
      const row = await tx.notificationChannel.create({
        data: {
          ...{ id, kind, name, events, servers, minimumRisk, afterMinutes, includeArguments, enabled, settings },
          createdBy: ctx.actor.name,
          createdAt: ctx.now,
          updatedAt: ctx.now,
        },
      });
      const written = await writeChannelSecrets(tx, ctx, id, secrets);
      await record({
        action: 'channel.create',
        entity: 'channel',
        entityId: id,
        entityName: name,
        after: { ...recordedChannel(row), secrets: written },
      });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error;
  }
  return channelAnswer(await readChannel(ctx.prisma, id));
}

export const nameTaken = (name: string): ControlError =>
  new ControlError(409, 'channel.name_taken', `There is already a channel "${name}". Choose another name.`, [
    { path: '/name', message: 'already used' },
  ]);

async function placeOf(
  ctx: ControlContext,
  body: BodyOf<typeof contract>,
): Promise<{ settings: Prisma.InputJsonObject; secrets: SecretChanges }> {
  if (body.kind === 'email') {
    const { password, ...settings } = body.smtp;
    checkLogin(settings.user, password !== undefined);
    await checkMailServer(ctx, settings);
    return { settings, secrets: { password } };
  }
  const host = await checkUrl(ctx, body.url);
  const secrets = body.kind === 'webhook' ? { url: body.url, signingSecret: body.signingSecret } : { url: body.url };
  return { settings: { host }, secrets };
}
