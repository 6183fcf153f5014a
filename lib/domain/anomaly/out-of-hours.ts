import { BASELINE_DAYS } from './burst';
import { type AnomalySubject, evidenceOf, type Finding, numberWords } from './finding';

const HOUR = 3_600_000;
/** An agent that was rarely there has no hours. */
const ACTIVE_DAYS_MIN = 7;

export interface HoursFacts {
  readonly subject: AnomalySubject;
  /** Calls since the hour began. */
  readonly calls: number;
  /** Calls in this hour of the day, the one before and the one after, in the days of the baseline before today. */
  readonly nearCalls: number;
  /** Days of the baseline on which the agent called at all. */
  readonly activeDays: number;
  readonly hourMs: number;
  readonly nowMs: number;
}

/** Calls at a time of day at which the agent is never there. The hours beside it count as its own, too: nobody is that punctual. */
export function outOfHours({ subject, calls, nearCalls, activeDays, hourMs, nowMs }: HoursFacts, threshold: number): Finding | null {
  if (calls < threshold || activeDays < ACTIVE_DAYS_MIN || nearCalls > 0) return null;
  const hour = new Date(hourMs).getUTCHours();
  const clock = (at: number): string => `${String(at % 24).padStart(2, '0')}:00`;
  const span = `${clock(hour + 23)} and ${clock(hour + 2)} UTC`;
  return {
    kind: 'out_of_hours',
    subject,
    explanation: `${numberWords(calls)} calls of ${subject.agent.slug} since ${clock(hour)} UTC; it made none between ${span} in the last ${BASELINE_DAYS} days.`,
    observed: calls,
    usual: 0,
    threshold,
    band: `no calls between ${span}`,
    evidence: evidenceOf(subject, hourMs, Math.min(nowMs, hourMs + HOUR)),
  };
}
