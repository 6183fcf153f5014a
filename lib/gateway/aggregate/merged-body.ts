import { encodeComment } from '../wire/sse';

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
/** A client or proxy in between that hears nothing for longer takes the connection for dead. */
const COMMENT_EVERY_MS = 5_000;
/** Own messages beyond this many that nobody reads are lost. */
const PUSHED_MAX = 1_000;

/**
 * One stream made of several that come and go. Reads on from a source only when what it gave before has been taken, so a client
 * that reads slowly slows the servers down and nothing piles up. Open until `close`, or until the client leaves.
 */
export class MergedBody implements AsyncIterableIterator<Uint8Array> {
  private readonly waiting: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  private readonly sources = new Set<AsyncIterator<Uint8Array>>();
  private readonly ending = new AbortController();
  private wake: (() => void) | null = null;
  private over = false;

  /** `onEnd` is called once. */
  constructor(private readonly onEnd: () => void) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Aborts when it ends: for what is asked of servers before they are a source. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** `onSourceEnd` is called when the source has ended by itself, in any way. */
  add(body: AsyncIterable<Uint8Array>, onSourceEnd: () => void = () => {}): void {
    const source = body[Symbol.asyncIterator]();
    if (this.over) {
      letGo(source);
      return;
    }
    this.sources.add(source);
    void this.pump(source).finally(() => {
      this.sources.delete(source);
      if (!this.over) onSourceEnd();
    });
  }

  /** Bytes of our own; whole events. */
  push(bytes: Uint8Array): void {
    if (!this.over && this.waiting.length < PUSHED_MAX) void this.enqueue(bytes);
  }

  /** Ends it after what waits, and lets go of the sources. */
  close(): void {
    if (this.over) return;
    this.over = true;
    for (const source of this.sources) letGo(source);
    this.ending.abort();
    this.wake?.();
    this.onEnd();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const first = this.waiting.shift();
      if (first !== undefined) {
        first.taken();
        return { done: false, value: first.bytes };
      }
      if (this.over) return DONE;
      if (!(await this.somethingHappens())) return { done: false, value: encodeComment('still here') };
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.waiting.length = 0;
    this.close();
    return DONE;
  }

  /** false when nothing happened for a while. */
  private somethingHappens(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.wake = null;
        resolve(false);
      }, COMMENT_EVERY_MS);
      (timer as { unref?: () => void }).unref?.();
      this.wake = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve(true);
      };
    });
  }

  private async pump(source: AsyncIterator<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const read = await source.next();
        if (read.done === true || this.over) return;
        await this.enqueue(read.value);
      }
    } catch {
      // A stream that broke off has ended; the others go on.
    }
  }

  private enqueue(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push({ bytes, taken: resolve });
      this.wake?.();
    });
  }
}

function letGo(source: AsyncIterator<Uint8Array>): void {
  void source.return?.()?.catch(() => {});
}
