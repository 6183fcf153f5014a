import { idTimeMs, newId } from '@/lib/kernel/ids';

/**
 * The id of an audit event. Its time part is exactly the event's `at`, so that a row is found in its partition from the
 * id alone; the next bits are the position in the commit, so that ids of one millisecond sort by arrival.
 * `random` holds at least 8 bytes from `offset` on.
 */
export function newEventId(atMs: number, position: number, random: Buffer, offset: number): string {
  const tail = Buffer.allocUnsafe(10);
  tail.writeUInt16BE(position & 0xffff, 0);
  random.copy(tail, 2, offset, offset + 8);
  return newId('evt', atMs, tail);
}

/** The `at` of an event (epoch milliseconds), read from its id; null for what is not an event id. */
export const eventTimeMs = (id: string): number | null => idTimeMs(id, 'evt');
