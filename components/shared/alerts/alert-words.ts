import { queryString } from '../api/client';
import type { Alert } from '../api/wire';

/** Activity with the filter that shows the calls of an alert. */
export const evidenceHref = (alert: Pick<Alert, 'evidence'>): string => `/activity${queryString(alert.evidence)}`;

export const ACTION_WORDS: Record<Alert['action'], string> = {
  alert: 'Tell people',
  approval: 'Ask a person about each call',
  pause: 'Pause the agent',
};
