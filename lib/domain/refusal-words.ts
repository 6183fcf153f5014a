import { REASONS, type Reason } from './reasons';

export type RefusalKind = 'denied' | 'limited' | 'needs_approval' | 'unavailable';

export function refusalKind(reason: Reason): RefusalKind {
  if (reason === 'limit.exhausted' || reason.startsWith('anomaly.')) return 'limited';
  if (reason === 'approval.needed') return 'needs_approval';
  return REASONS[reason].owner === 'upstream' ? 'unavailable' : 'denied';
}

/** What the agent reads when a person has stopped its calls. One that was running may have had its effect. */
export function killSentence(reason: 'kill.engaged' | 'kill.cancelled', words: string): string {
  const done = reason === 'kill.engaged' ? 'The call was NOT EXECUTED.' : 'Whether it had an effect is UNKNOWN; do not repeat it.';
  return `Stopped by an operator: ${words} ${done} Do not work around this with other arguments or another tool; tell the user.`;
}

/** What the agent reads when its own conduct has stopped it. */
export function anomalySentence(words: string, retryAfterMs: number | null): string {
  const wait = Math.ceil((retryAfterMs ?? 0) / 1000);
  return `Stopped as unusual: ${words} The call was NOT EXECUTED. Do not repeat it and do not work around this; tell the user. Calls are possible again in ${wait} seconds, or when a person lifts it.`;
}

/**
 * What the agent reads of a refused call: what, why, what to do, in at most a few short sentences. `words` are the author's or
 * the reason's own; never the caller's or the upstream's. `retryAfterMs` is when a limit resets, in milliseconds from now.
 */
export function refusalSentence(kind: RefusalKind, words: string, retryAfterMs: number | null): string {
  const why = /[.!?]$/.test(words) ? words : `${words}.`;
  switch (kind) {
    case 'denied':
      return `Denied by policy: ${why} The call was NOT EXECUTED. Do not work around this with other arguments or another tool; tell the user.`;
    case 'limited':
      return `Limited by policy: ${why} The call was NOT EXECUTED. Try again in ${Math.ceil((retryAfterMs ?? 0) / 1000)} seconds at the earliest.`;
    case 'needs_approval':
      return `Approval needed by policy: ${why} The call was NOT EXECUTED. Approvals are decided by a person in the Callgate console; tell the user.`;
    case 'unavailable':
      return why;
  }
}
