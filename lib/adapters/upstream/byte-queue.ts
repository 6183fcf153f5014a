/** How a queue asks its producer to slow down, and tells it that nobody reads any more. */
export interface ByteProducer {
  pause?(): void;
  resume?(): void;
  /** The reader left before the end. */
  abandoned?(): void;
}

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };

/**
 * Bytes pushed by an event-driven source, for one reader. A reader that leaves early (break, throw, return) tells the
 * producer, so that a connection is never kept open for nobody. A plain iterator and not a generator: one that was never
 * started would not notice that its reader left.
 */
export class ByteQueue implements AsyncIterableIterator<Uint8Array> {
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

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (this.chunks.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.bytes -= chunk.byteLength;
      this.resumeProducer();
      return { done: false, value: chunk };
    }
    const error = this.error;
    this.error = null;
    if (error !== null) throw error;
    return DONE;
  }

  /** The reader leaves; also before it has read anything, and while it waits for more. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    const early = !this.closed;
    this.chunks.length = 0;
    this.bytes = 0;
    this.error = null;
    this.end();
    if (early) this.producer.abandoned?.();
    // What had already arrived may have paused the producer, which must be able to end.
    else if (this.paused) this.producer.resume?.();
    return DONE;
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
