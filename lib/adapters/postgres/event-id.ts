import { newId } from '@/lib/kernel/ids';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

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
export function eventTimeMs(id: string): number | null {
  if (!/^evt_[0-9a-hjkmnp-tv-z]{26}$/.test(id)) return null;
  let time = 0;
  for (let i = 4; i < 14; i++) time = time * 32 + ALPHABET.indexOf(id.charAt(i));
  return time;
}
