import type { ReplaySample } from './replay-result';

/** The latest few samples of each tool, for a bounded number of tools: many examples of one tool teach less than one of many. */
export class SampleShelf {
  readonly #byTool = new Map<string, ReplaySample[]>();

  constructor(
    private readonly perTool: number,
    private readonly toolsMax: number,
  ) {}

  add(sample: ReplaySample): void {
    let kept = this.#byTool.get(sample.tool);
    if (kept === undefined) {
      if (this.#byTool.size >= this.toolsMax) return;
      kept = [];
      this.#byTool.set(sample.tool, kept);
    }
    if (kept.length >= this.perTool) kept.shift();
    kept.push(sample);
  }

  /** Newest first. */
  list(samplesMax: number): ReplaySample[] {
    return [...this.#byTool.values()]
      .flat()
      .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.event < b.event ? 1 : -1))
      .slice(0, samplesMax);
  }
}
