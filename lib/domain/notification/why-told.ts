import { inertLine } from './inert-line';
import { type ChannelEvent, isAccess, isAnomaly, type Notification } from './notification-event';

const EVENT_WORDS: Record<ChannelEvent, string> = {
  requested: 'requests',
  escalated: 'requests that nobody decided for a while',
  decided: 'decisions',
  expired: 'requests that expired',
  access_requested: 'access requests',
  access_decided: 'decisions about access',
  review_overdue: 'reviews that are overdue',
  grant_expiring: 'grants that are about to end',
  anomaly: 'unusual calls',
};

/** The filter that let it through, so that nobody has to guess why they are asked. */
export function whyOf(told: Notification): string {
  const { event, channel } = told;
  const name = inertLine(channel.name);
  if (event === 'test') return `Somebody tests the channel "${name}".`;
  const where = channel.servers.length === 0 ? 'every server' : channel.servers.map((slug) => inertLine(slug)).join(', ');
  if (isAccess(told) || isAnomaly(told)) return `The channel "${name}" hears of ${EVENT_WORDS[event]} on ${where}.`;
  const risk = channel.minimumRisk === 'low' ? 'any risk' : `risk ${channel.minimumRisk} or more`;
  return `The channel "${name}" hears of ${EVENT_WORDS[event]} on ${where}, ${risk}.`;
}
