/** Which old items stay as which new ones. */
export interface Alignment {
  /** For each new item the old one it comes from, or null; ascending. */
  readonly sources: readonly (number | null)[];
}

/** Beyond this many comparisons a list is compared from its ends only. */
const COMPARISONS_MAX = 250_000;

/**
 * Aligns two lists: equal items first, as many as can keep their order; what is left between two of them is paired in
 * order where `alike` says that one became the other.
 */
export function align<A, B>(
  old: readonly A[],
  next: readonly B[],
  equal: (a: A, b: B) => boolean,
  alike: (a: A, b: B) => boolean,
): Alignment {
  const sources: (number | null)[] = next.map(() => null);
  let start = 0;
  while (start < old.length && start < next.length && equal(old[start] as A, next[start] as B)) {
    sources[start] = start;
    start += 1;
  }
  let oldEnd = old.length;
  let nextEnd = next.length;
  while (oldEnd > start && nextEnd > start && equal(old[oldEnd - 1] as A, next[nextEnd - 1] as B)) {
    oldEnd -= 1;
    nextEnd -= 1;
    sources[nextEnd] = oldEnd;
  }
  if ((oldEnd - start) * (nextEnd - start) <= COMPARISONS_MAX) commonItems(old, next, equal, { start, oldEnd, nextEnd }, sources);
  pairBetween(old, next, alike, sources);
  return { sources };
}

function commonItems<A, B>(
  old: readonly A[],
  next: readonly B[],
  equal: (a: A, b: B) => boolean,
  range: { readonly start: number; readonly oldEnd: number; readonly nextEnd: number },
  sources: (number | null)[],
): void {
  const { start, oldEnd, nextEnd } = range;
  const rows = oldEnd - start;
  const columns = nextEnd - start;
  const width = columns + 1;
  const longest = new Uint32Array((rows + 1) * width);
  const same = new Uint8Array(rows * columns);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      const matches = equal(old[start + i] as A, next[start + j] as B);
      if (matches) same[i * columns + j] = 1;
      longest[i * width + j] = matches
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  let i = 0;
  let j = 0;
  while (i < rows && j < columns) {
    if (same[i * columns + j] === 1) {
      sources[start + j] = start + i;
      i += 1;
      j += 1;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
}

function pairBetween<A, B>(old: readonly A[], next: readonly B[], alike: (a: A, b: B) => boolean, sources: (number | null)[]): void {
  let from = 0;
  for (let j = 0; j < next.length; j += 1) {
    const source = sources[j];
    if (source !== null && source !== undefined) {
      from = source + 1;
      continue;
    }
    let until = old.length;
    for (let k = j + 1; k < next.length; k += 1) {
      const later = sources[k];
      if (later !== null && later !== undefined) {
        until = later;
        break;
      }
    }
    for (let i = from; i < until; i += 1) {
      if (!alike(old[i] as A, next[j] as B)) continue;
      sources[j] = i;
      from = i + 1;
      break;
    }
  }
}
