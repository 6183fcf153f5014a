import type { AnomalyKind } from './anomaly-kinds';
import { REPEAT_WINDOW_MS } from './anomaly-kinds';
import { type AnomalySubject, evidenceOf, type Finding, numberWords, toolWords } from './finding';

/** What becomes of identical calls: same agent, server, tool and arguments. */
export interface RepeatGuard {
  /** `stop` refuses the call after `max`, exactly; `watch` only tells of it, by what one node saw. */
  readonly mode: 'stop' | 'watch';
  readonly kind: RepeatFacts['kind'];
  /** So many within `REPEAT_WINDOW_MS`. */
  readonly max: number;
}

/** Identical calls, as the admission counted them. */
export interface RepeatFacts {
  readonly kind: Extract<AnomalyKind, 'loop' | 'repeated_read'>;
  readonly subject: AnomalySubject;
  /** Calls that were let through within the window. */
  readonly seen: number;
  readonly max: number;
  /** Whether the call after them was refused. */
  readonly stopped: boolean;
}

/** The admission has judged already; this says it in words. */
export function repeatFinding({ kind, subject, seen, max, stopped }: RepeatFacts, atMs: number): Finding {
  const what = `${numberWords(seen)} identical calls of ${toolWords(subject)} by ${subject.agent.slug} within 5 minutes, with exactly the same arguments.`;
  return {
    kind,
    subject,
    explanation: stopped ? `${what} The next one was stopped.` : what,
    observed: seen,
    usual: null,
    threshold: max,
    band: `fewer than ${numberWords(max)} identical calls within 5 minutes`,
    // What the admission did not stop was left to a limit of the policy, or is only to be told of.
    tellOnly: !stopped,
    evidence: evidenceOf(subject, atMs - REPEAT_WINDOW_MS, atMs),
  };
}
