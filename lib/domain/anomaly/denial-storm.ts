import { type AnomalySubject, evidenceOf, type Finding, numberWords } from './finding';

export const STORM_WINDOW_MS = 10 * 60_000;
/** Below this share of all its calls, refusals are how the policy works and no storm. */
const SHARE_MIN = 0.5;

export interface StormFacts {
  readonly subject: AnomalySubject;
  /** In the window: what was refused, and all calls. */
  readonly refused: number;
  readonly calls: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** An agent that is refused again and again is broken, misled or trying doors. */
export function denialStorm({ subject, refused, calls, fromMs, toMs }: StormFacts, threshold: number): Finding | null {
  if (refused < threshold || refused < calls * SHARE_MIN) return null;
  const share = Math.round((refused / calls) * 100);
  return {
    kind: 'denial_storm',
    subject,
    explanation: `${numberWords(refused)} of ${numberWords(calls)} calls of ${subject.agent.slug} were refused within 10 minutes (${share} %).`,
    observed: refused,
    usual: null,
    threshold,
    band: `fewer than ${numberWords(threshold)} refused calls within 10 minutes, or less than half of all`,
    evidence: evidenceOf(subject, fromMs, toMs, { decision: 'denied,hidden,limited,refused' }),
  };
}
