import type { CheckpointBody } from './checkpoint';

/** Rows of one writer that retention removed, as one signed checkpoint names them. */
export interface RemovedRange {
  readonly from: number;
  readonly to: number;
  /** The hash that the first of them followed, and that of the last. */
  readonly before: string;
  readonly after: string;
  /** Hashes of rows among them that successors of the writer name. */
  readonly links: readonly string[];
  readonly checkpoint: number;
}

/** What all genuine tombstones say is gone, by writer and in the order of the chain. Everything else that is missing is missing. */
export class RemovedRows {
  readonly #ranges = new Map<string, RemovedRange[]>();
  #rows = 0;
  #months = 0;

  get rows(): number {
    return this.#rows;
  }

  get months(): number {
    return this.#months;
  }

  add({ number, removed }: CheckpointBody): void {
    if (!removed) return;
    this.#months++;
    for (const { writer, from, to, before, after, links } of removed.ranges) {
      const ranges = this.#ranges.get(writer) ?? [];
      ranges.push({ from, to, before, after, links, checkpoint: number });
      this.#ranges.set(
        writer,
        ranges.sort((a, b) => a.from - b.from),
      );
      this.#rows += to - from + 1;
    }
  }

  of(writer: string): readonly RemovedRange[] {
    return this.#ranges.get(writer) ?? [];
  }
}
