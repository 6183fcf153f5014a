/** What happens to a call, in the words of the matrix and the groups. */
const STATES: Record<string, string> = {
  allowed: 'Allowed',
  needs_approval: 'Asked',
  limited: 'Limited',
  denied: 'Denied',
  hidden: 'Hidden',
};

/** `Denied`, or `Denied (only observed)`. */
export function simulatedStateWords(state: string): string {
  const observed = state.startsWith('observed_');
  const word = STATES[observed ? state.slice('observed_'.length) : state] ?? state;
  return observed ? `${word} (only observed)` : word;
}

/** `1.3 %`, `< 0.1 %`, `0 %`. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (100 * part) / whole;
  return percent < 0.1 ? '< 0.1 %' : percent > 99.9 && part < whole ? '> 99.9 %' : `${Number(percent.toFixed(1))} %`;
}
