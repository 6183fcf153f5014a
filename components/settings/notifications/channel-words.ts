import type { NotificationChannel, NotificationDelivery } from '@/components/shared/api/wire';

export const KIND_WORDS: Record<NotificationChannel['kind'], string> = { webhook: 'Webhook', slack: 'Slack-compatible', email: 'E-mail' };

export const EVENT_WORDS: Record<NotificationDelivery['event'], string> = {
  requested: 'Requested',
  decided: 'Decided',
  expired: 'Expired',
  escalated: 'Escalated',
  access_requested: 'Access requested',
  access_decided: 'Access decided',
  review_overdue: 'Review overdue',
  grant_expiring: 'Grant about to end',
  anomaly: 'Unusual calls',
  test: 'Test',
};

export const EVENT_HINTS: Record<NotificationChannel['events'][number], string> = {
  requested: 'A call waits for a person.',
  escalated: 'Nobody has decided after a while. Sent only then.',
  decided: 'It was approved, denied, taken back or is outdated.',
  expired: 'Nobody decided in time, so it was denied.',
  access_requested: 'Somebody asks for more access for an agent.',
  access_decided: 'That access was given, denied or taken back.',
  review_overdue: 'Nobody confirmed in time that an agent is still needed.',
  anomaly: 'An alert about unusual calls of an agent has opened.',
  grant_expiring: 'A grant of more than two weeks ends within seven days.',
};

/** Where it goes, in a few characters. */
export function placeWords(channel: NotificationChannel): string {
  if (channel.smtp === null) return channel.url?.host ?? 'no address';
  const [first, ...others] = channel.smtp.to;
  return `${first ?? 'nobody'}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** What it hears of, in a sentence without a full stop. */
export function filterWords(channel: NotificationChannel): string {
  const events = channel.events.map((event) =>
    event === 'escalated' ? `escalated after ${channel.afterMinutes} min` : EVENT_WORDS[event].toLowerCase(),
  );
  const where = channel.servers.length === 0 ? 'every server' : channel.servers.join(', ');
  const risk = channel.minimumRisk === 'low' ? '' : `, risk ${channel.minimumRisk} or more`;
  return `${events.join(', ')} · ${where}${risk}`;
}

const STATUS_LOOKS: Record<NotificationDelivery['status'], { status: string; word: string }> = {
  waiting: { status: 'pending', word: 'Waiting' },
  sending: { status: 'pending', word: 'Sending' },
  delivered: { status: 'active', word: 'Delivered' },
  failed: { status: 'failing', word: 'Failed' },
  skipped: { status: 'disabled', word: 'Skipped' },
};
export const statusLook = (status: NotificationDelivery['status']) => STATUS_LOOKS[status];

/** What it is about, for one line. */
export const aboutWords = ({ event, about }: NotificationDelivery): string =>
  event === 'test'
    ? 'Test of the channel'
    : [about.server ?? about.agent, about.tool ?? (about.server === null ? null : about.agent)].filter(Boolean).join(' / ');
