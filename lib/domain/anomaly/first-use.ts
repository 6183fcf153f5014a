import { type AnomalySubject, evidenceOf, type Finding, numberWords, toolWords } from './finding';

const DAY = 86_400_000;

export interface FirstUseFacts {
  readonly subject: AnomalySubject;
  /** The highest of what is new. */
  readonly risk: string | null;
  /** What a dispatcher runs that is new, the riskiest first; empty for other tools. */
  readonly runs: readonly string[];
  /** The day of the agent's first call, and of its first call of this tool; the latter within the day that is looked at. */
  readonly knownSinceMs: number;
  readonly firstMs: number;
  readonly calls: number;
  readonly nowMs: number;
}

/** An agent with a history does something that it never did. Tools of low risk are not worth a person's time. */
export function firstUse({ subject, risk, runs, knownSinceMs, firstMs, calls, nowMs }: FirstUseFacts, threshold: number): Finding | null {
  if (risk === null || risk === 'low') return null;
  const days = Math.floor((firstMs - knownSinceMs) / DAY);
  if (days < threshold) return null;
  const [first] = runs;
  return {
    kind: 'first_use',
    subject,
    explanation: `${subject.agent.slug} ${first === undefined ? 'calls' : `runs ${runsWords(runs)} through`} ${toolWords(subject)} for the first time; it is known for ${numberWords(days)} days. The tool's risk is ${risk}.`,
    observed: calls,
    usual: 0,
    threshold,
    band: 'tools that this agent has called before',
    evidence: evidenceOf(subject, firstMs, nowMs, runs.length === 1 && first !== undefined ? { tool: first } : {}),
  };
}

const RUNS_SAID = 3;

function runsWords(runs: readonly string[]): string {
  const more = runs.length - RUNS_SAID;
  return more > 0 ? `${runs.slice(0, RUNS_SAID).join(', ')} and ${more} more` : runs.join(', ');
}
