import type { Notification } from './notification-event';

/** The JSON text of a webhook; the same for every attempt, except for a test's time. Documented in docs/notifications.md. */
export function webhookBody({ id, event, at, facts, arguments: told, url }: Notification): string {
  return JSON.stringify({
    id,
    type: event === 'test' ? 'test' : `approval.${event}`,
    time: at,
    approval: { ...facts, url },
    arguments: told.included ? { included: true, text: told.text, truncated: told.truncated } : { included: false, why: told.why },
  });
}
