import { describe, expect, it } from 'vitest';
import { streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { KeptAlive } from '@/lib/gateway/kept-alive';
import { newWorld } from './gateway-world';

const BEAT = ': keep-alive\n\n';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A source that gives what is pushed, and the stream made of it. */
function pushed(everyMs = 5) {
  const ready: (() => Promise<IteratorResult<Uint8Array>>)[] = [];
  let wanted: (() => void) | null = null;
  let left = 0;
  let reads = 0;
  const give = (item: () => Promise<IteratorResult<Uint8Array>>): void => {
    ready.push(item);
    wanted?.();
  };
  const source: AsyncIterator<Uint8Array> = {
    async next() {
      reads++;
      if (ready.length === 0) await new Promise<void>((resolve) => (wanted = resolve));
      wanted = null;
      return (ready.shift() as () => Promise<IteratorResult<Uint8Array>>)();
    },
    async return() {
      left++;
      return { done: true, value: undefined };
    },
  };
  const stream = new KeptAlive(source, everyMs);
  return {
    stream,
    push: (text: string) => give(async () => ({ done: false, value: encoder.encode(text) })),
    end: () => give(async () => ({ done: true, value: undefined })),
    fail: () => give(() => Promise.reject(new Error('reset'))),
    read: async () => {
      const { done, value } = await stream.next();
      return done === true ? null : decoder.decode(value);
    },
    counts: () => ({ left, reads }),
  };
}

describe('a stream that is kept alive', () => {
  it('has comments before, between and after events, from one read of its source each', async () => {
    const { read, push, end, counts } = pushed();
    expect([await read(), await read()]).toEqual([BEAT, BEAT]);
    expect(counts().reads).toBe(1);
    push('data: 1\n\n');
    expect(await read()).toBe('data: 1\n\n');
    expect(await read()).toBe(BEAT);
    end();
    expect(await read()).toBeNull();
    expect(await read()).toBeNull();
    expect(counts()).toEqual({ left: 0, reads: 2 });
  });

  it.each([
    ['data: 1\r\n\r', '\n'],
    ['data: 1', '\r\r'],
    ['data: 1\n', '\n'],
    ['data: 1\n\r', '\n'],
  ])('has none inside the event %j + %j', async (first, second) => {
    const { read, push } = pushed();
    push(first);
    expect(await read()).toBe(first);
    const next = read();
    await new Promise((resolve) => setTimeout(resolve, 30));
    push(second);
    expect(await next).toBe(second);
    expect(await read()).toBe(BEAT);
  });

  it('loses nothing that arrives while a comment is being written', async () => {
    const { read, push } = pushed();
    expect(await read()).toBe(BEAT);
    push('data: 1\n\n');
    push('data: 2\n\n');
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect([await read(), await read()]).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  });

  it('breaks where its source breaks, and lets go of it when the reader leaves', async () => {
    const broken = pushed();
    expect(await broken.read()).toBe(BEAT);
    broken.fail();
    await expect(broken.read()).rejects.toThrow('reset');
    const { stream, read, counts } = pushed(60_000);
    const next = read();
    await stream.return();
    expect([await next, await read(), counts().left]).toEqual([null, null, 1]);
  });
});

describe('a running call whose server is silent', () => {
  it('shows life to the client once its answer has begun as a stream', async () => {
    const world = newWorld({ hold: { commentEveryMs: 5 } });
    const answer = 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n';
    let release = (): void => {};
    world.upstreams.scripts.set('tools/call', () =>
      streamReply(
        (async function* () {
          await new Promise<void>((resolve) => (release = resolve));
          yield answer;
        })(),
      ),
    );
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'refund', arguments: { amount: 1 } } };
    const { response } = await world.send({ body });
    const iterator = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const read = async () => decoder.decode((await iterator.next()).value as Uint8Array);
    expect([await read(), await read()]).toEqual([BEAT, BEAT]);
    release();
    let seen = BEAT;
    while (seen === BEAT) seen = await read();
    expect(seen).toBe(answer);
    expect((await iterator.next()).done).toBe(true);
    expect(world.last().settlement?.outcome).toBe('ok');
  });
});
