import type { JsonObject } from '@/lib/kernel/json';

/** What a transport that carries messages both ways on one connection tells its channel. */
export interface WireEvents {
  /** One message of the server; `text` is exactly what it wrote. */
  message(value: JsonObject, text: string): void;
  /** The connection is gone, once, with a sentence; also after a close of our own. */
  closed(sentence: string): void;
}

/** An open two-way connection: a child's stdin and stdout, or the two halves of HTTP+SSE. */
export interface Wire {
  /**
   * Hands one message over, in order; resolves when the transport took it, which it delays while the other side does
   * not read. `sending` is called just before the first byte may leave; when it returns false nothing is sent (the caller has
   * left meanwhile). `headers` are those of the client's hop, for a transport that has any. Rejects with `UpstreamFailure`.
   */
  send(text: string, sending: () => boolean, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the connection and everything behind it; resolves when nothing is left. Idempotent. */
  close(): Promise<void>;
  /** The same at once, for the exit of the process: no promise would be waited for. */
  closeNow(): void;
  /** The last words of the other side (stderr), secrets masked; empty when it said nothing. */
  diagnostics(): string;
}

export type OpenWire = (events: WireEvents) => Promise<Wire>;
