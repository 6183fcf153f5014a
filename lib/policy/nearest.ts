/**
 * The candidate that was probably meant, or null. Case, dashes and underscores count for nothing (`denyIf` means
 * `deny_if`); otherwise at most a third of the letters may differ, swapped neighbours counting once.
 */
export function nearest(written: string, candidates: Iterable<string>): string | null {
  if (written.length > 200) return null;
  const folded = fold(written);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === written) continue;
    const other = fold(candidate);
    if (Math.abs(other.length - folded.length) >= bestDistance) continue;
    const distance = other === folded ? 0 : editDistance(folded, other);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** `did you mean "x"?` for a hint, or undefined when nothing is near. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const match = nearest(written, candidates);
  return match === null ? undefined : `did you mean \`${match}\`?`;
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[-_\s]/g, '');
}

/** Optimal string alignment: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
