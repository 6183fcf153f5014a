import type { Prisma } from '@/lib/db/generated/client';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { requireMatch } from '../etag';
import { lockRow } from '../locate';
import { type ChannelRow, channelAnswer, channelEtag, mailSettings, readChannel, recordedChannel } from './channel-answer';
import { writeChannelSecrets } from './channel-secrets';
import { checkEscalation, checkLogin, checkMailServer, checkServers, checkUrl } from './check-channel';
import type { updateNotificationChannel as contract } from './contract';
import { nameTaken } from './create-channel';

/** Changes what is given. What is on its way already goes to the new address at its next attempt. */
export async function updateNotificationChannel(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const before = await readChannel(ctx.prisma, params.channel);
  checkFields(before, body);
  if (body.servers) await checkServers(ctx.prisma, body.servers);
  // Looked at before the transaction: it waits for name servers.
  const host = body.url === undefined ? null : await checkUrl(ctx, body.url);
  const { password, ...smtp } = body.smtp ?? {};
  if (body.smtp) await checkMailServer(ctx, { ...mailSettings(before), ...smtp });
  const { smtp: _smtp, url, signingSecret, ...filter } = body;
  try {
    await change(ctx, async (tx, record) => {
      await lockRow(tx, 'channel', before.id);
      const current = await readChannel(tx, before.id);
      requireMatch(ifMatch, channelEtag(current), 'channel');
      checkEscalation(
        (filter.events ?? current.events) as Parameters<typeof checkEscalation>[0],
        filter.afterMinutes ?? current.afterMinutes,
      );
      const settings = settingsOf(current, host, smtp);
      if (current.kind === 'email') {
        const had = current.secrets.some(({ name }) => name === 'password');
        checkLogin(mailSettings({ settings }).user, password === undefined ? had : password !== null);
      }
      const written = await writeChannelSecrets(tx, ctx, before.id, { url, signingSecret, password });
      const after = await tx.notificationChannel.update({
        where: { id: before.id },
        data: { ...filter, settings: settings as Prisma.InputJsonObject, updatedAt: ctx.now },
      });
      await record({
        action: 'channel.update',
        entity: 'channel',
        entityId: before.id,
        entityName: after.name,
        before: recordedChannel(current),
        after: { ...recordedChannel(after), ...(written.length > 0 ? { secrets: written } : {}) },
      });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(body.name ?? before.name) : error;
  }
  return channelAnswer(await readChannel(ctx.prisma, before.id));
}

function settingsOf(current: ChannelRow, host: string | null, smtp: object): Prisma.JsonObject {
  const settings = current.settings as Prisma.JsonObject;
  if (current.kind === 'email') return { ...settings, ...smtp };
  return host === null ? settings : { ...settings, host };
}

/** Throws 422 for fields of another kind. */
function checkFields(row: ChannelRow, body: BodyOf<typeof contract>): void {
  const misfits = [
    ...(row.kind === 'email' && body.url !== undefined ? ['url'] : []),
    ...(row.kind !== 'webhook' && body.signingSecret !== undefined ? ['signingSecret'] : []),
    ...(row.kind !== 'email' && body.smtp !== undefined ? ['smtp'] : []),
  ];
  if (misfits.length === 0) return;
  throw new ControlError(
    422,
    'channel.fields',
    `These fields do not fit a channel of kind \`${row.kind}\`.`,
    misfits.map((field) => ({ path: `/${field}`, message: `not of kind ${row.kind}` })),
  );
}
