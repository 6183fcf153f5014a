import { KINDS } from '../anomaly/anomaly-kinds';
import { inertLine } from './inert-line';
import type { NotificationWords } from './message-words';
import type { AnomalyNotification } from './notification-event';
import { whyOf } from './why-told';

const FOLLOWED = {
  alert: 'Nothing by itself: look at it, then acknowledge or tune it.',
  approval: 'Calls like these need a person for a while.',
  pause: 'The agent is paused for a while: its calls are refused.',
} as const;

/** What renderers say of unusual calls, made inert. */
export function anomalyWords(told: AnomalyNotification): NotificationWords {
  const { facts } = told;
  const paused = facts.action === 'pause' ? ' (paused)' : '';
  return {
    title: `${KINDS[facts.kind].name}: ${inertLine(facts.agent, 63)}${paused}`,
    sentence: inertLine(facts.explanation, 500),
    facts: [
      ['Normal', inertLine(facts.band, 300)],
      ['What followed', FOLLOWED[facts.action]],
      ['How it is found', KINDS[facts.kind].method],
      ['Owner of the agent', inertLine(facts.owner, 120)],
      ['Why you', whyOf(told)],
    ],
    link: { label: 'Open the alert', url: told.url },
  };
}
