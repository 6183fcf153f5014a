import { joinBytes } from './wire/join-bytes';
import { type SseEvent, SseParser } from './wire/sse';

/** An event larger than this breaks the stream: what was not looked at is not passed on. */
const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** A stream in which each event passes through `rewrite`, which may leave it as it is, change it, or leave it out. */
export class FilteredEvents implements AsyncIterableIterator<Uint8Array> {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly parser = new SseParser(EVENT_CHARACTERS_MAX);

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly rewrite: (event: SseEvent) => Uint8Array | Promise<Uint8Array>,
    private readonly abort: () => void,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const read = await this.source.next();
      const events = read.done === true ? this.parser.end() : await this.parsed(read.value);
      if (events.length > 0) return { done: false, value: joinBytes(await Promise.all(events.map(this.rewrite))) };
      // What follows the last whole event is no event, to any reader.
      if (read.done === true) return { done: true, value: undefined };
    }
  }

  /** A stream that cannot be read on is let go of: whoever reads this one may not do it. */
  private async parsed(chunk: Uint8Array): Promise<SseEvent[]> {
    try {
      return this.parser.push(chunk);
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.abort();
    await this.source.return?.().catch(() => {});
    return { done: true, value: undefined };
  }
}
