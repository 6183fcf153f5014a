import { UpstreamFailure, type UpstreamReply } from '@/lib/gateway/upstream-port';
import { ByteQueue } from './byte-queue';

/** Receives what a channel has for one request. */
export interface ReplySink {
  /** A message before the final one: progress, log lines, requests of the server. */
  message(text: string): void;
  /** The response itself, with its error code if it is an error; nothing follows. */
  final(text: string, error?: number | null): void;
  /** Nothing more will come and nothing was answered. */
  fail(failure: UpstreamFailure): void;
}

const encoder = new TextEncoder();

/** One event of an event stream; a text of several lines stays one event. */
export function sseEvent(text: string): Uint8Array {
  return encoder.encode(`event: message\ndata: ${text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n\n`);
}

/**
 * Turns the messages for one request into the reply that Streamable HTTP would give: one JSON body when the response
 * comes first, an event stream as soon as anything else does.
 */
export class HttpShapedReply implements ReplySink {
  /** Rejects with `UpstreamFailure` when nothing came. */
  readonly reply: Promise<UpstreamReply>;
  private resolve!: (reply: UpstreamReply) => void;
  private reject!: (failure: UpstreamFailure) => void;
  private stream: ByteQueue | null = null;
  private done = false;

  /** `waitingBytesMax` bounds what is kept for a reader slower than the server: one reader must not hold up a shared channel. */
  constructor(
    private readonly waitingBytesMax: number,
    private readonly abandoned: () => void,
    private readonly statusOf: (error: number | null) => number = () => 200,
  ) {
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // The failure also reaches whoever awaits `reply`; without a handler here an early one would count as unhandled.
    this.reply.catch(() => undefined);
  }

  message(text: string): void {
    if (this.done) return;
    const stream = this.openStream();
    stream.push(sseEvent(text));
    if (stream.waitingBytes <= this.waitingBytesMax) return;
    this.fail(new UpstreamFailure('The client reads its stream more slowly than the upstream writes it.', true));
    this.abandoned();
  }

  final(text: string, error: number | null = null): void {
    if (this.done) return;
    this.done = true;
    if (this.stream === null) {
      const status = this.statusOf(error);
      this.resolve({ status, contentType: 'application/json', sessionId: null, body: once(encoder.encode(text)) });
    } else {
      this.stream.push(sseEvent(text));
      this.stream.end();
    }
  }

  /** Ends without a response, as the answer to a cancellation of the client does. */
  finish(): void {
    if (this.done) return;
    this.openStream().end();
    this.done = true;
  }

  fail(failure: UpstreamFailure): void {
    if (this.done) return;
    this.done = true;
    if (this.stream === null) this.reject(failure);
    else this.stream.fail(failure);
  }

  private openStream(): ByteQueue {
    if (this.stream !== null) return this.stream;
    this.stream = new ByteQueue({ abandoned: this.abandoned });
    this.resolve({ status: 200, contentType: 'text/event-stream', sessionId: null, body: this.stream });
    return this.stream;
  }
}

/** A reply that is one JSON text. */
export function jsonReply(status: number, value: unknown): UpstreamReply {
  return { status, contentType: 'application/json', sessionId: null, body: once(encoder.encode(JSON.stringify(value))) };
}

/** The answer to a notification or a response. */
export const ACCEPTED: UpstreamReply = { status: 202, contentType: null, sessionId: null, body: null };

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
