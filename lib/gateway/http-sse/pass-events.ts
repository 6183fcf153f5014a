import { RESULT_BYTES_MAX } from '@/lib/domain/result-flags';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import { idKey } from '../wire/json-rpc';
import { type SseEvent, SseParser } from '../wire/sse';

/** What became of a stream that was read to its end. */
export interface Passed {
  /** The response to the request was among its messages. */
  readonly answered: boolean;
  /** It ended in the middle, or could not be read. */
  readonly broken: boolean;
  /** Where it can be resumed. */
  readonly lastId: string | null;
}

/** One message, and what stands around it. */
const EVENT_CHARACTERS_MAX = RESULT_BYTES_MAX + 1024;

/**
 * Hands the messages of a stream on, one by one; comments, event ids and whatever else belongs to that stream stay behind. Reads
 * on once `say` has resolved, so that a slow reader slows the server down. `say` gives false when there is no reader any more.
 */
export async function passEvents(
  source: AsyncIterator<Uint8Array>,
  id: RpcId | null,
  say: (data: string) => Promise<boolean>,
): Promise<Passed> {
  const parser = new SseParser(EVENT_CHARACTERS_MAX);
  let [answered, lastId]: [boolean, string | null] = [false, null];
  try {
    for (;;) {
      const read = await source.next();
      for (const event of read.done === true ? parser.end() : parser.push(read.value)) {
        lastId = event.id ?? lastId;
        if (!isMessage(event)) continue;
        answered ||= id !== null && isResponseTo(event.data, id);
        if (!(await say(event.data))) {
          await source.return?.();
          return { answered, broken: false, lastId: null };
        }
      }
      if (read.done === true) return { answered, broken: false, lastId };
    }
  } catch {
    await source.return?.().catch(() => undefined);
    return { answered, broken: true, lastId };
  }
}

/** An event of another name is nothing to clients of MCP: the half of a message that broke off is one. */
function isMessage(event: SseEvent): event is SseEvent & { readonly data: string } {
  return event.data !== null && event.data !== '' && (event.event === null || event.event === 'message');
}

function isResponseTo(data: string, id: RpcId): boolean {
  try {
    const message = JSON.parse(data) as Json;
    if (!isJsonObject(message) || 'method' in message) return false;
    return (typeof message.id === 'string' || typeof message.id === 'number') && idKey(message.id) === idKey(id);
  } catch {
    return false;
  }
}
