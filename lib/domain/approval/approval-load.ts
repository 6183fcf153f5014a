/** A request as the meters see it. Times are epoch milliseconds. */
export interface LoadedRequest {
  /** The same for identical calls of one agent. */
  readonly subject: string;
  readonly atMs: number;
  readonly outcome: 'approved' | 'denied' | 'expired' | 'other';
}

/** From so many requests and such a share of approvals on, people do not decide any more, they click. */
const TOO_MANY = 50;
const TOO_AGREED = 0.97;

/** Whether a rule asks so often, and is answered yes so regularly, that its asking protects nobody. */
export function asksTooMuch(requests: readonly LoadedRequest[]): boolean {
  const approved = requests.filter(({ outcome }) => outcome === 'approved').length;
  return requests.length > TOO_MANY && approved / requests.length > TOO_AGREED;
}

/**
 * How many of these requests would have been made if an approval had let identical calls pass for `reuseMs` after it was
 * asked for. Exact for the recorded requests; an approval that was refused or ran out lets nothing pass.
 */
export function askedWithReuse(requests: readonly LoadedRequest[], reuseMs: number): number {
  const passesUntil = new Map<string, number>();
  let asked = 0;
  for (const { subject, atMs, outcome } of [...requests].sort((a, b) => a.atMs - b.atMs)) {
    if (atMs < (passesUntil.get(subject) ?? 0)) continue;
    asked += 1;
    if (outcome === 'approved') passesUntil.set(subject, atMs + reuseMs);
  }
  return asked;
}

/** The most requests of any clock hour. */
export function busiestHour(requests: readonly LoadedRequest[]): number {
  const hours = new Map<number, number>();
  for (const { atMs } of requests) {
    const hour = Math.floor(atMs / 3_600_000);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  return Math.max(0, ...hours.values());
}

/** null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return null;
  return sorted.length % 2 === 1 ? middle : ((sorted[sorted.length / 2 - 1] ?? middle) + middle) / 2;
}
