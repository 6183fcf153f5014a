/** How a client's body ends: with these bytes as the last ones, as it is, or broken, so that half an answer looks like half of one. */
export type Tail = Uint8Array | null | 'break';

/** What looks at a body on its way to the client. It never changes the bytes; it may add some at the end. */
export interface Tap {
  /** Before the chunk is handed on; `false` ends the client's body here, without it and with what `finish` adds. */
  observe(chunk: Uint8Array): boolean;
  /** The upstream's body ended, or broke off. `null` after a break ends the client's body broken too. */
  finish(how: 'ended' | 'broken'): Tail;
  /** The host asks for more of a stream: what it was given before has been written. */
  pulled?(): void;
  /** The client left. `drain`: read on to learn the outcome. `abort`: let go of the upstream. */
  abandon(): 'drain' | 'abort';
}

/** For a body nobody has to look at. */
export const blindTap: Tap = { observe: () => true, finish: () => null, abandon: () => 'abort' };

const DRAIN_MS_MAX = 10 * 60 * 1000;
const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };

/**
 * An upstream's body as the client gets it: byte for byte, observed before it is handed on. A plain iterator and not a
 * generator, because a generator that was never started would not notice that the client left.
 */
export class RelayedBody implements AsyncIterableIterator<Uint8Array> {
  private readonly source: AsyncIterator<Uint8Array>;
  private pending = false;
  private done = false;
  private draining = false;

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly tap: Tap,
    private readonly abort: () => void,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.done || this.draining) return DONE;
    this.tap.pulled?.();
    this.pending = true;
    let read: IteratorResult<Uint8Array>;
    try {
      read = await this.source.next();
    } catch (error) {
      return this.last('broken', error);
    } finally {
      this.pending = false;
    }
    if (read.done === true) return this.last('ended', null);
    const wanted = this.tap.observe(read.value);
    if (this.draining) void this.drain();
    else if (wanted) return read;
    else return this.cutOff();
    return DONE;
  }

  /** The client left, or the host stops early. */
  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.done || this.draining) return Promise.resolve(DONE);
    if (this.tap.abandon() === 'drain') {
      this.draining = true;
      if (!this.pending) void this.drain();
    } else {
      this.letGo();
    }
    return Promise.resolve(DONE);
  }

  private cutOff(): IteratorResult<Uint8Array> {
    if (this.done) return DONE;
    this.letGo();
    return endWith(this.tap.finish('ended'));
  }

  private letGo(): void {
    this.done = true;
    this.abort();
    // Without a catch a source that fails while being let go would end the process.
    void this.source.return?.()?.catch(() => {});
  }

  private last(how: 'ended' | 'broken', error: unknown): IteratorResult<Uint8Array> {
    if (this.done) return DONE;
    this.done = true;
    const tail = this.tap.finish(how);
    if (this.draining) return DONE;
    if (how === 'broken' && tail === null) throw error;
    return endWith(tail);
  }

  private async drain(): Promise<void> {
    const timer = setTimeout(this.abort, DRAIN_MS_MAX);
    (timer as { unref?: () => void }).unref?.();
    try {
      for (;;) {
        const read = await this.source.next();
        if (read.done === true) break;
        this.tap.observe(read.value);
      }
      this.last('ended', null);
    } catch (error) {
      this.last('broken', error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function endWith(tail: Tail): IteratorResult<Uint8Array> {
  if (tail === 'break') throw new Error('the answer broke off');
  return tail === null ? DONE : { done: false, value: tail };
}

/** Lets go of a body that nobody will read. */
export function discard(body: AsyncIterable<Uint8Array> | null): void {
  if (body === null) return;
  void body[Symbol.asyncIterator]()
    .return?.()
    ?.catch(() => {});
}

/** The same body; `onEnd` is called once it has ended in any way. */
export function endingWith(body: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const read = await source.next();
        if (read.done === true) onEnd();
        return read;
      } catch (error) {
        onEnd();
        throw error;
      }
    },
    async return() {
      onEnd();
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

/** All bytes of a body, or null when there are more than `bytesMax` (the rest is let go). */
export async function collect(body: AsyncIterable<Uint8Array> | null, bytesMax: number): Promise<Uint8Array | null> {
  if (body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
