const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
/** More than the largest answer; a client that lets more wait does not read. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

interface Waiting {
  readonly bytes: Uint8Array;
  /** `written` is false when the stream ended before. */
  readonly done: (written: boolean) => void;
}

/** Whole events for one reader, in the order of their writing. */
export class EventQueue implements AsyncIterableIterator<Uint8Array> {
  private readonly waiting: Waiting[] = [];
  private handed: Waiting | null = null;
  private wake: (() => void) | null = null;
  private unread = 0;
  private over = false;

  /** `onEnd` is called once: the reader left, reads too slowly, or the stream was closed. */
  constructor(
    private readonly onEnd: () => void,
    private readonly unreadMax = UNREAD_BYTES_MAX,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Resolves once the reader has asked for what comes after it: with true then, with false when that will not happen. */
  write(bytes: Uint8Array): Promise<boolean> {
    if (this.over) return Promise.resolve(false);
    if (this.unread + bytes.length > this.unreadMax) {
      this.drop();
      return Promise.resolve(false);
    }
    this.unread += bytes.length;
    return new Promise((done) => {
      this.waiting.push({ bytes, done });
      this.wake?.();
    });
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.handed?.done(true);
    this.handed = null;
    for (;;) {
      const first = this.waiting.shift();
      if (first !== undefined) {
        this.handed = first;
        this.unread -= first.bytes.length;
        return { done: false, value: first.bytes };
      }
      if (this.over) return DONE;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
  }

  /** Ends it after what waits. */
  close(): void {
    if (this.over) return;
    this.over = true;
    this.wake?.();
    this.onEnd();
  }

  /** Ends it without what waits. */
  drop(): void {
    for (const { done } of this.waiting.splice(0)) done(false);
    this.handed?.done(false);
    this.handed = null;
    this.unread = 0;
    this.close();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.drop();
    return DONE;
  }
}
