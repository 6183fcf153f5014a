import { joinBytes } from '../wire/join-bytes';
import { encodeEvent, type SseEvent, SseParser } from '../wire/sse';
import type { MessageScreen, Screened } from './message-screen';

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
const encoder = new TextEncoder();

/**
 * A stream of messages, each of which is looked at before it is handed on; nothing is held but the event that is still coming. Events
 * without a finding keep their bytes. An event larger than allowed is answered for and ends the stream.
 */
export class ScreenedEvents implements AsyncIterableIterator<Uint8Array> {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly parser: SseParser;
  private over = false;

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly screen: MessageScreen,
    /** Lets go of the server. */
    private readonly abort: () => void,
  ) {
    this.source = body[Symbol.asyncIterator]();
    this.parser = new SseParser(screen.bytesMax);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (!this.over) {
      const aligned = this.parser.betweenEvents;
      const read = await this.source.next();
      let events: SseEvent[];
      try {
        events = read.done === true ? this.parser.end() : this.parser.push(read.value);
      } catch {
        return this.tooLarge();
      }
      // What follows the last whole event is no event, to any reader.
      if (read.done === true) this.over = true;
      if (events.length === 0) continue;
      const screened: Screened[] = [];
      for (const event of events) {
        if (this.isTooLarge(event))
          return this.tooLarge(events.slice(0, screened.length).map((one, i) => bytesOf(one, screened[i] ?? null)));
        const found = event.data === null || event.data === '' ? null : this.screen.screen(event.data);
        screened.push(found instanceof Promise ? await found : found);
      }
      if (read.done !== true && aligned && this.parser.betweenEvents && screened.every((found) => found === null))
        return { done: false, value: read.value };
      const parts = events.map((event, i) => bytesOf(event, screened[i] ?? null)).filter((part) => part.length > 0);
      if (parts.length > 0) return { done: false, value: joinBytes(parts) };
    }
    return DONE;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.over = true;
    await this.source.return?.();
    return DONE;
  }

  /** An event that comes in one piece is not too large for the parser, which bounds what it holds. */
  private isTooLarge({ data }: SseEvent): boolean {
    const { bytesMax } = this.screen;
    if (data === null || data.length * 3 <= bytesMax) return false;
    return data.length > bytesMax || encoder.encode(data).length > bytesMax;
  }

  private tooLarge(before: readonly Uint8Array[] = []): IteratorResult<Uint8Array> {
    this.over = true;
    void this.source.return?.()?.catch(() => {});
    this.abort();
    const instead = this.screen.tooLarge();
    if (instead === null) throw new Error('a message is larger than the policy allows');
    return { done: false, value: joinBytes([...before, encodeEvent(instead)]) };
  }
}

function bytesOf(event: SseEvent, screened: Screened): Uint8Array {
  if (screened === null) return encoder.encode(event.raw);
  return screened === 'drop' ? new Uint8Array(0) : encodeEvent(screened.text, event);
}
