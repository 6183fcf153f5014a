import { joinBytes } from './wire/join-bytes';
import { OutcomeSniffer } from './wire/outcome-sniffer';
import { encodeCut, encodeEvent, spaceOutLines } from './wire/sse';

/** An answer up to this size is one event or none; a larger one begins before it is known how it ends. */
const WHOLE_BYTES_MAX = 1024 * 1024;
const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
const encoder = new TextEncoder();
const OPENING = encoder.encode('event: message\ndata: ');
const CLOSING = encoder.encode('\n\n');

/**
 * One JSON body as the data of one event, the last of a stream. Line breaks in JSON text stand between tokens only, where a
 * space means the same. A body that breaks off becomes an event with an error: the client never waits in vain.
 */
export class JsonAsEvent implements AsyncIterator<Uint8Array> {
  private readonly sniffer = new OutcomeSniffer();
  private state: 'before' | 'inside' | 'whole' | 'over' = 'before';

  constructor(
    private readonly source: AsyncIterator<Uint8Array>,
    private readonly brokenText: () => string,
  ) {}

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.state === 'over') return DONE;
    if (this.state === 'whole') return this.end();
    const parts: Uint8Array[] = this.state === 'before' ? [OPENING] : [];
    let bytes = 0;
    try {
      while (bytes <= WHOLE_BYTES_MAX) {
        const read = await this.source.next();
        if (read.done === true) return this.broken();
        this.sniffer.push(read.value);
        parts.push(spaceOutLines(read.value));
        bytes += read.value.length;
        if (!this.sniffer.isClosed) {
          if (this.state === 'inside') break;
          continue;
        }
        this.state = 'whole';
        return { done: false, value: joinBytes([...parts, CLOSING]) };
      }
    } catch {
      return this.broken();
    }
    this.state = 'inside';
    return { done: false, value: joinBytes(parts) };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.state = 'over';
    await this.source.return?.();
    return DONE;
  }

  /** The event has been written; what still comes of the body is white space. */
  private async end(): Promise<IteratorResult<Uint8Array>> {
    this.state = 'over';
    try {
      while ((await this.source.next()).done !== true);
    } catch {
      // The answer was whole before the connection broke.
    }
    return DONE;
  }

  private broken(): IteratorResult<Uint8Array> {
    const begun = this.state === 'inside';
    this.state = 'over';
    const error = encodeEvent(this.brokenText());
    return { done: false, value: begun ? joinBytes([encodeCut(), error]) : error };
  }
}
