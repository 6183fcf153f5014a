import { type AnomalySubject, evidenceOf, type Finding, numberWords, toolWords } from './finding';

const DAY = 86_400_000;

export interface FirstUseFacts {
  readonly subject: AnomalySubject;
  readonly risk: string | null;
  /** The day of the agent's first call, and of its first call of this tool; the latter within the day that is looked at. */
  readonly knownSinceMs: number;
  readonly firstMs: number;
  readonly calls: number;
  readonly nowMs: number;
}

/** An agent with a history does something that it never did. Tools of low risk are not worth a person's time. */
export function firstUse({ subject, risk, knownSinceMs, firstMs, calls, nowMs }: FirstUseFacts, threshold: number): Finding | null {
  if (risk === null || risk === 'low') return null;
  const days = Math.floor((firstMs - knownSinceMs) / DAY);
  if (days < threshold) return null;
  return {
    kind: 'first_use',
    subject,
    explanation: `${subject.agent.slug} calls ${toolWords(subject)} for the first time; it is known for ${numberWords(days)} days. The tool's risk is ${risk}.`,
    observed: calls,
    usual: 0,
    threshold,
    band: 'tools that this agent has called before',
    evidence: evidenceOf(subject, firstMs, nowMs),
  };
}
