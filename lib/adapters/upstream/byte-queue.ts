/** How a queue asks its producer to slow down, and tells it that nobody reads any more. */
export interface ByteProducer {
  pause?(): void;
  resume?(): void;
  /** The reader left before the end. */
  abandoned?(): void;
}

/**
 * Bytes pushed by an event-driven source, read once by `for await`. A reader that leaves early (break, throw, return)
 * tells the producer, so that a connection is never kept open for nobody.
 */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;
  private paused = false;
  private closed = false;
  private error: Error | null = null;
  private wake: (() => void) | null = null;

  /** Pauses the producer above `highWaterBytes` waiting bytes and resumes it when they are read. */
  constructor(
    private readonly producer: ByteProducer = {},
    private readonly highWaterBytes = 256 * 1024,
  ) {}

  get waitingBytes(): number {
    return this.bytes;
  }

  push(chunk: Uint8Array): void {
    if (this.closed) return;
    this.chunks.push(chunk);
    this.bytes += chunk.byteLength;
    if (!this.paused && this.bytes > this.highWaterBytes) {
      this.paused = true;
      this.producer.pause?.();
    }
    this.notify();
  }

  end(): void {
    this.closed = true;
    this.notify();
  }

  /** Ends the queue with an error that the reader gets after the bytes that came before it. */
  fail(error: Error): void {
    if (this.closed) return;
    this.error = error;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.chunks.shift();
        if (chunk !== undefined) {
          this.bytes -= chunk.byteLength;
          this.resumeProducer();
          yield chunk;
        } else if (this.closed) {
          if (this.error !== null) throw this.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
      }
    } finally {
      const early = !this.closed;
      this.closed = true;
      this.chunks.length = 0;
      if (early) this.producer.abandoned?.();
    }
  }

  private resumeProducer(): void {
    if (!this.paused || this.bytes > this.highWaterBytes / 2) return;
    this.paused = false;
    this.producer.resume?.();
  }

  private notify(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }
}
