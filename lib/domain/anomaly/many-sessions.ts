import { type AnomalySubject, evidenceOf, type Finding, numberWords } from './finding';

export const SESSIONS_WINDOW_MS = 10 * 60_000;

export interface SessionsFacts {
  readonly subject: AnomalySubject;
  readonly sessions: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One token in many places, or a client that never keeps its session. */
export function manySessions({ subject, sessions, fromMs, toMs }: SessionsFacts, threshold: number): Finding | null {
  if (sessions < threshold) return null;
  return {
    kind: 'many_sessions',
    subject,
    explanation: `${subject.agent.slug} called in ${numberWords(sessions)} different sessions within 10 minutes.`,
    observed: sessions,
    usual: null,
    threshold,
    band: `fewer than ${numberWords(threshold)} sessions within 10 minutes`,
    evidence: evidenceOf(subject, fromMs, toMs),
  };
}
