import { joinBytes } from '../wire/join-bytes';
import type { MessageScreen } from './message-screen';

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One JSON body, which is one message: held until it is whole or larger than allowed, looked at, and handed on. Without a finding these are
 * the very bytes that came. A body that breaks off says nothing that could be looked at, so none of it is passed on.
 */
export class ScreenedJson implements AsyncIterableIterator<Uint8Array> {
  private readonly source: AsyncIterator<Uint8Array>;
  private over = false;

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly screen: MessageScreen,
    /** Lets go of the server. */
    private readonly abort: () => void,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.over) return DONE;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for (;;) {
        const read = await this.source.next();
        if (read.done === true) break;
        chunks.push(read.value);
        bytes += read.value.length;
        if (bytes > this.screen.bytesMax) return this.tooLarge();
      }
    } finally {
      this.over = true;
    }
    if (bytes === 0) return DONE;
    const whole = joinBytes(chunks);
    if (!endsAsObject(whole)) throw new Error('the answer is no whole object');
    const screened = await this.screen.screen(decoder.decode(whole));
    if (screened === null) return { done: false, value: whole };
    return screened === 'drop' ? DONE : { done: false, value: encoder.encode(screened.text) };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.over = true;
    await this.source.return?.();
    return DONE;
  }

  private tooLarge(): IteratorResult<Uint8Array> {
    void this.source.return?.()?.catch(() => {});
    this.abort();
    const instead = this.screen.tooLarge();
    if (instead === null) throw new Error('the answer is larger than the policy allows');
    return { done: false, value: encoder.encode(instead) };
  }
}

/**
 * Every answer is an object; one that was cut off is told as such, not passed on in part. A zero byte is none of JSON but of another encoding
 * than UTF-8, in which some readers would find what was not looked at.
 */
function endsAsObject(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  let last = bytes.length - 1;
  while (last >= 0 && (bytes[last] as number) <= 0x20) last--;
  return bytes[last] === 0x7d;
}
