import { describe, expect, it } from 'vitest';
import { EventQueue } from '@/lib/gateway/http-sse/event-queue';
import { passEvents } from '@/lib/gateway/http-sse/pass-events';
import { placeOf, streamIn } from '@/lib/gateway/http-sse/place';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = async (queue: EventQueue): Promise<string | null> => {
  const { done, value } = await queue.next();
  return done === true ? null : new TextDecoder().decode(value);
};

function queueOf(unreadMax?: number) {
  const ends = { count: 0 };
  return { ends, queue: new EventQueue(() => (ends.count += 1), unreadMax) };
}

describe('the events that wait for a reader', () => {
  it('come in the order of their writing, and are written once the reader asks for more', async () => {
    const { queue } = queueOf();
    const written: string[] = [];
    for (const text of ['one', 'two']) void queue.write(bytes(text)).then((done) => written.push(`${text} ${done}`));
    expect(await read(queue)).toBe('one');
    expect(written).toEqual([]);
    expect(await read(queue)).toBe('two');
    expect(written).toEqual(['one true']);
    const next = read(queue);
    void queue.write(bytes('three'));
    expect(await next).toBe('three');
  });

  it('are handed over before the end, when it is an orderly one', async () => {
    const { queue, ends } = queueOf();
    const last = queue.write(bytes('last'));
    queue.close();
    queue.close();
    expect([await queue.write(bytes('late')), ends.count]).toEqual([false, 1]);
    expect([await read(queue), await read(queue)]).toEqual(['last', null]);
    expect(await last).toBe(true);
  });

  it('are lost when the reader leaves, and whoever wrote them is told', async () => {
    const { queue, ends } = queueOf();
    const [handed, waiting] = [queue.write(bytes('one')), queue.write(bytes('two'))];
    await read(queue);
    await queue.return();
    expect([await handed, await waiting, await read(queue), ends.count]).toEqual([false, false, null, 1]);
  });

  it('end the stream when there are more than are kept', async () => {
    const { queue, ends } = queueOf(10);
    const first = queue.write(bytes('12345678'));
    expect(await queue.write(bytes('abc'))).toBe(false);
    expect([await first, await read(queue), ends.count]).toEqual([false, null, 1]);
    const { queue: other } = queueOf(10);
    void other.write(bytes('12345678'));
    expect(await read(other)).toBe('12345678');
    // What was handed over is not waiting any more.
    void other.write(bytes('abcdefgh'));
    expect([other.isOver, await read(other)]).toEqual([false, 'abcdefgh']);
  });

  it('slow their source down as the reader reads', async () => {
    const { queue } = queueOf();
    let given = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; given < 100; given++) yield bytes(`data: ${given}\n\n`);
    }
    const passed = passEvents(source(), null, (data) => queue.write(bytes(data)));
    for (const expected of ['0', '1', '2']) expect(await read(queue)).toBe(expected);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(given).toBeLessThan(4);
    await queue.return();
    expect(await passed).toEqual({ answered: false, broken: false, lastId: null });
    expect(given).toBeLessThan(4);
  });
});

describe('the messages of a stream', () => {
  async function passed(texts: readonly string[], id: string | number | null = null, breaks = false) {
    const said: string[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const text of texts) yield bytes(text);
      if (breaks) throw new Error('reset');
    }
    const end = await passEvents(source(), id, async (data) => said.push(data) > 0);
    return { said, ...end };
  }

  it('are handed on without what belongs to the stream', async () => {
    const texts = [
      ': hi\n\nid: 7\nretry: 5\ndata: \n\n',
      'event: message\r\ndata: {"a"',
      ':1}\r\n\r\ndata: [1,\ndata: 2]\n\nevent: callgate-cut-off\ndata: x\n\n',
    ];
    expect(await passed(texts)).toEqual({ said: ['{"a":1}', '[1,\n2]'], answered: false, broken: false, lastId: '7' });
  });

  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{}}', true],
    ['{"jsonrpc":"2.0","id":1,"error":{}}', true],
    ['{"jsonrpc":"2.0","id":"1","result":{}}', false],
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', false],
    ['no json', false],
  ])('answer a request or do not: %s', async (data, answered) => {
    expect(await passed([`data: ${data}\n\n`], 1)).toMatchObject({ said: [data], answered });
  });

  it('may break off', async () => {
    expect(await passed(['id: 3\ndata: {}\n\ndata: {"half'], 1, true)).toEqual({
      said: ['{}'],
      answered: false,
      broken: true,
      lastId: '3',
    });
  });
});

describe('the addresses', () => {
  it.each([
    ['/shop/sse', 'sse'],
    ['/shop/sse/', 'sse'],
    ['/shop/messages', 'messages'],
    ['/sse', undefined],
    ['/messages', undefined],
    ['/shop', undefined],
    ['/shop/SSE', undefined],
    ['/shop//sse', undefined],
    ['/a/b/sse', undefined],
    ['/%73hop/sse', undefined],
    ['/shop/sse%2f', undefined],
    ['', undefined],
  ])('%s', (path, kind) => {
    expect(placeOf({ path })?.kind).toBe(kind);
  });

  it('name one stream', () => {
    expect(['session=a', 'x=1&session=a&y=2', '', 'session', 'session=a&session=a'].map(streamIn)).toEqual(['a', 'a', null, '', null]);
  });
});
