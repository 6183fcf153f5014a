/** What a live page may hear of; the payload is a summary, never arguments. */
export type LiveEventName = 'call' | 'approval' | 'access' | 'limit' | 'policy' | 'server' | 'alert';

export interface LiveEvent {
  /** Increases by one an event on this node; a client that reconnects names the last one it saw. */
  readonly id: number;
  readonly name: LiveEventName;
  readonly data: unknown;
}

const KEPT_EVENTS_MAX = 1_000;

/**
 * Fans events out to the live streams of this node. Keeps the last 1,000 so that a short disconnect loses nothing; who
 * was away longer hears a `gap` and reads the lists again.
 */
export class EventHub {
  #next = 1;
  readonly #kept: LiveEvent[] = [];
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  #onDemand: ((wanted: boolean) => void) | null = null;

  /** Called with true when the first stream opens and with false when the last one closes. */
  whenWanted(callback: (wanted: boolean) => void): void {
    this.#onDemand = callback;
  }

  /** Open live streams. */
  get streams(): number {
    return this.#listeners.size;
  }

  publish(name: LiveEventName, data: unknown): void {
    const event: LiveEvent = { id: this.#next++, name, data };
    this.#kept.push(event);
    if (this.#kept.length > KEPT_EVENTS_MAX) this.#kept.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Subscribes; the answer unsubscribes. */
  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#onDemand?.(true);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#onDemand?.(false);
    };
  }

  /** What came after event `lastId`; `gap` is true when some of it is no longer kept. */
  since(lastId: number): { readonly events: readonly LiveEvent[]; readonly gap: boolean } {
    const first = this.#kept[0]?.id ?? this.#next;
    return { events: this.#kept.filter((event) => event.id > lastId), gap: lastId > 0 && lastId + 1 < first };
  }
}
