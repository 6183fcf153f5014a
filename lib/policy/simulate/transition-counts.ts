import type { Transition } from './replay-result';
import type { SimulatedState } from './simulated-state';

/** How many calls went from one state to another. */
export class TransitionCounts {
  readonly #counts = new Map<SimulatedState, Map<SimulatedState, number>>();

  add(from: SimulatedState, to: SimulatedState): void {
    let row = this.#counts.get(from);
    if (row === undefined) {
      row = new Map();
      this.#counts.set(from, row);
    }
    row.set(to, (row.get(to) ?? 0) + 1);
  }

  /** The most frequent first. */
  list(): Transition[] {
    const all: Transition[] = [];
    for (const [from, row] of this.#counts) for (const [to, calls] of row) all.push({ from, to, calls });
    return all.sort((a, b) => b.calls - a.calls || (a.from + a.to < b.from + b.to ? -1 : 1));
  }
}
