import { type AnomalySubject, evidenceOf, type Finding, numberWords, toolWords } from './finding';

export const BASELINE_DAYS = 14;
/** Fewer days say nothing about what is usual. */
const DAYS_MIN = 5;
/** Fewer calls in an hour are never a burst. */
export const BURST_CALLS_MIN = 100;

export interface BurstFacts {
  readonly subject: AnomalySubject;
  /** Calls since the hour began. */
  readonly calls: number;
  /** Calls in the same hour of each of the days before on which this agent and tool were known, zeros included. */
  readonly sameHour: readonly number[];
  readonly hourMs: number;
  readonly nowMs: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Far more calls than this hour of the day usually has. */
export function burst({ subject, calls, sameHour, hourMs, nowMs }: BurstFacts, threshold: number): Finding | null {
  if (sameHour.length < DAYS_MIN || calls < BURST_CALLS_MIN) return null;
  const usual = median(sameHour);
  if (calls <= usual * threshold) return null;
  const hour = new Date(hourMs).toISOString().slice(11, 16);
  const times =
    usual > 0 ? `${numberWords(calls / usual)} times the median of this hour (${numberWords(usual)})` : 'the median of this hour is 0';
  return {
    kind: 'burst',
    subject,
    explanation: `${numberWords(calls)} calls of ${toolWords(subject)} by ${subject.agent.slug} since ${hour} UTC: ${times}, from the last ${sameHour.length} days.`,
    observed: calls,
    usual,
    threshold,
    band: `at most ${numberWords(Math.max(BURST_CALLS_MIN, usual * threshold))} calls in this hour`,
    evidence: evidenceOf(subject, hourMs, nowMs),
  };
}
