import { describe, expect, it } from 'vitest';
import { ByteQueue } from '@/lib/adapters/upstream/byte-queue';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function watched(highWaterBytes = 4) {
  const told: string[] = [];
  const queue = new ByteQueue(
    { pause: () => told.push('pause'), resume: () => told.push('resume'), abandoned: () => told.push('abandoned') },
    highWaterBytes,
  );
  return { queue, told };
}

describe('a byte queue', () => {
  it('gives bytes in order, waits for more, and ends', async () => {
    const { queue, told } = watched();
    queue.push(bytes('a'));
    setTimeout(() => {
      queue.push(bytes('b'));
      queue.end();
    }, 5);
    let text = '';
    for await (const chunk of queue) text += new TextDecoder().decode(chunk);
    expect([text, told]).toEqual(['ab', []]);
  });

  it('holds the producer back above the mark and lets it go on below', async () => {
    const { queue, told } = watched();
    for (const text of ['abc', 'def', 'ghi']) queue.push(bytes(text));
    expect(told).toEqual(['pause']);
    await queue.next();
    await queue.next();
    expect(told).toEqual(['pause']);
    await queue.next();
    expect(told).toEqual(['pause', 'resume']);
  });

  it('gives what came before an error, then the error once', async () => {
    const { queue } = watched();
    queue.push(bytes('a'));
    queue.fail(new Error('broken'));
    expect((await queue.next()).done).toBe(false);
    await expect(queue.next()).rejects.toThrow('broken');
    expect((await queue.next()).done).toBe(true);
  });

  it.each(['before reading', 'while waiting'])('tells the producer of a reader that leaves %s', async (when) => {
    const { queue, told } = watched();
    const waiting = when === 'while waiting' ? queue.next() : null;
    await queue.return();
    expect(told).toEqual(['abandoned']);
    if (waiting !== null) expect((await waiting).done).toBe(true);
    queue.push(bytes('late'));
    expect((await queue.next()).done).toBe(true);
  });

  it('tells nobody of a reader that leaves after the end', async () => {
    const { queue, told } = watched();
    queue.end();
    await queue.return();
    expect(told).toEqual([]);
  });
});
