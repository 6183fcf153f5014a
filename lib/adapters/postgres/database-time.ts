/** Monotonic milliseconds of this process. */
export function monotonicMs(): number {
  return performance.now();
}

/**
 * The database's clock as this node knows it: the last reading plus the monotonic time since. A change of the node's own
 * clock moves nothing. A reading is placed at the middle of its round trip.
 */
export class DatabaseTime {
  #baseMs: number | null = null;

  /** `sentMs` and `receivedMs` are monotonic; `databaseMs` is epoch milliseconds. */
  observe(databaseMs: number, sentMs: number, receivedMs: number): void {
    if (Number.isFinite(databaseMs)) this.#baseMs = databaseMs - (sentMs + receivedMs) / 2;
  }

  /** Epoch milliseconds by the database's clock, whole; null before the first reading. */
  nowMs(): number | null {
    return this.#baseMs === null ? null : Math.floor(this.#baseMs + monotonicMs());
  }
}
