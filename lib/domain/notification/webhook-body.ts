import { type AccessEvent, isAccess, isAnomaly, type Notification } from './notification-event';

/** The type of a message and the member that holds what it is about. */
const ACCESS: Record<AccessEvent, readonly [type: string, subject: string]> = {
  access_requested: ['access.requested', 'access'],
  access_decided: ['access.decided', 'access'],
  review_overdue: ['review.overdue', 'agent'],
  grant_expiring: ['grant.expiring', 'grant'],
};

/** The JSON text of a webhook; the same for every attempt, except for a test's time. Documented in docs/notifications.md. */
export function webhookBody(notification: Notification): string {
  const { id, event, at, facts, arguments: told, url } = notification;
  if (isAnomaly(notification)) return JSON.stringify({ id, type: 'alert.opened', time: at, alert: { ...facts, url } });
  if (isAccess(notification)) {
    const [type, subject] = ACCESS[notification.event];
    return JSON.stringify({ id, type, time: at, [subject]: { ...facts, url } });
  }
  return JSON.stringify({
    id,
    type: event === 'test' ? 'test' : `approval.${event}`,
    time: at,
    approval: { ...facts, url },
    arguments: told.included ? { included: true, text: told.text, truncated: told.truncated } : { included: false, why: told.why },
  });
}
