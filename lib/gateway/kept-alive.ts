import { encodeComment } from './wire/sse';

type Read = IteratorResult<Uint8Array>;

const DONE: Read = { done: true, value: undefined };
const COMMENT = encodeComment('keep-alive');
const LINE_FEED = 10;
const RETURN = 13;

interface Waiting {
  resolve(read: Read): void;
  reject(error: unknown): void;
}

/**
 * The same stream, with a comment whenever nothing has come for `everyMs` while its reader waits, so that proxies and idle
 * timers leave it alone. Comments stand between events only. One read of the source outlives any number of them; it is
 * listened to once, or a quiet stream would gather listeners.
 */
export class KeptAlive implements AsyncIterableIterator<Uint8Array> {
  private reading = false;
  private arrived: ((waiting: Waiting) => void) | null = null;
  private waiting: Waiting | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private done = false;
  /** The last bytes that went out; an event is over where a line is empty. */
  private before = LINE_FEED;
  private last = LINE_FEED;
  private beforeBreak = LINE_FEED;

  constructor(
    private readonly source: AsyncIterator<Uint8Array>,
    private readonly everyMs: number,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Read> {
    if (this.done) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      if (this.arrived !== null) {
        this.deliver();
        return;
      }
      this.arm();
      if (!this.reading) this.read();
    });
  }

  /** The client left, or the host stops early. */
  async return(): Promise<Read> {
    const { waiting } = this;
    this.done = true;
    this.settle();
    waiting?.resolve(DONE);
    await this.source.return?.();
    return DONE;
  }

  private read(): void {
    this.reading = true;
    this.source.next().then(
      (read) =>
        this.arrive((waiting) => {
          if (read.done === true) this.done = true;
          else this.note(read.value);
          waiting.resolve(read);
        }),
      (error: unknown) =>
        this.arrive((waiting) => {
          this.done = true;
          waiting.reject(error);
        }),
    );
  }

  private arrive(arrived: (waiting: Waiting) => void): void {
    this.reading = false;
    this.arrived = arrived;
    this.deliver();
  }

  private deliver(): void {
    const { waiting, arrived } = this;
    if (waiting === null || arrived === null) return;
    this.settle();
    this.arrived = null;
    arrived(waiting);
  }

  private settle(): void {
    this.waiting = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private arm(): void {
    this.timer = setTimeout(() => this.beat(), this.everyMs);
    (this.timer as { unref?: () => void }).unref?.();
  }

  private beat(): void {
    const { waiting } = this;
    if (waiting === null) return;
    if (!this.betweenEvents) {
      this.arm();
      return;
    }
    this.settle();
    waiting.resolve({ done: false, value: COMMENT });
  }

  private note(chunk: Uint8Array): void {
    for (const byte of chunk.subarray(-3)) {
      this.beforeBreak = this.before;
      this.before = this.last;
      this.last = byte;
    }
  }

  /** LF LF, CR CR, and CR LF after a line end; a CR at the end of CR LF CR may be half of a line end. */
  private get betweenEvents(): boolean {
    if (this.last === LINE_FEED && this.before === RETURN) return this.beforeBreak === LINE_FEED || this.beforeBreak === RETURN;
    return this.last === this.before && (this.last === LINE_FEED || this.last === RETURN);
  }
}
