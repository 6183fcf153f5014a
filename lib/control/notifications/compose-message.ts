import { mailMessage } from '@/lib/domain/notification/mail-message';
import type { Notification } from '@/lib/domain/notification/notification-event';
import type { OutgoingMessage } from '@/lib/domain/notification/outgoing-message';
import { slackMessage } from '@/lib/domain/notification/slack-message';
import { webhookBody } from '@/lib/domain/notification/webhook-body';
import { type ChannelRow, mailSettings } from './channel-answer';
import type { SecretName } from './channel-secrets';

/** The message as it goes out. Throws a sentence when a secret that the channel needs is not there. */
export function composeMessage(
  channel: Pick<ChannelRow, 'kind' | 'settings'>,
  secrets: Partial<Record<SecretName, string>>,
  told: Notification,
): OutgoingMessage {
  if (channel.kind === 'email') {
    const { host, port, security, user, from, to } = mailSettings(channel);
    const domain = from.slice(from.lastIndexOf('@') + 1);
    return {
      kind: 'mail',
      server: { host, port, security },
      login: user === null ? null : { user, password: needed(secrets.password, 'password') },
      from,
      to,
      ...mailMessage(told),
      messageId: `<${told.id}@${domain}>`,
      thread: `<${told.facts.id}@${domain}>`,
    };
  }
  const url = needed(secrets.url, 'address');
  if (channel.kind === 'slack') return { kind: 'http', url, body: slackMessage(told), signing: null };
  const atSeconds = Math.floor(Date.parse(told.now) / 1000);
  const signing = { id: told.id, atSeconds, secret: needed(secrets.signingSecret, 'signing secret') };
  return { kind: 'http', url, body: webhookBody(told), signing };
}

function needed(secret: string | undefined, what: string): string {
  if (secret === undefined) throw new Error(`The channel has no ${what}. Set it again.`);
  return secret;
}
