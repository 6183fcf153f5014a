import { isJsonObject, type JsonObject } from '@/lib/kernel/json';

const PAUSE_FIRST_MS = 1_000;
const PAUSE_MOST_MS = 60_000;

/** Opens `subscriptions/listen` with a filter; gives its messages until it ends. */
export type OpenListen = (filter: JsonObject, signal: AbortSignal) => AsyncIterable<JsonObject>;

/**
 * What a session is told without asking: in the stateful revisions it just comes, in the stateless one it has to be listened for. One
 * subscription at a time, opened anew when what is wanted changes or when it ends, with a growing pause after failures.
 */
export class ChangeStream {
  private current: AbortController | null = null;
  private filter = '';

  constructor(
    private readonly open: OpenListen,
    private readonly tell: (notification: JsonObject) => void,
  ) {}

  /** Listens for this from now on; an empty filter listens for nothing. */
  follow(filter: JsonObject): void {
    const text = JSON.stringify(filter);
    if (text === this.filter) return;
    this.filter = text;
    this.current?.abort();
    this.current = null;
    if (Object.keys(filter).length === 0) return;
    this.current = new AbortController();
    void this.run(filter, this.current.signal);
  }

  close(): void {
    this.current?.abort();
    this.current = null;
  }

  private async run(filter: JsonObject, signal: AbortSignal): Promise<void> {
    let pause = PAUSE_FIRST_MS;
    while (!signal.aborted) {
      try {
        for await (const message of this.open(filter, signal)) {
          // It will not be another time either.
          if (isJsonObject(message.error)) return;
          if (typeof message.method !== 'string' || message.id !== undefined) continue;
          pause = PAUSE_FIRST_MS;
          if (message.method !== 'notifications/subscriptions/acknowledged') this.tell(message);
        }
      } catch {
        // Nobody waits for it; the calls of the session say what is wrong with the server.
      }
      await rest(pause, signal);
      pause = Math.min(pause * 2, PAUSE_MOST_MS);
    }
  }
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
