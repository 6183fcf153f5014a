import { isJsonObject, type Json } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import { FilteredEvents } from './filtered-events';
import type { ForwardContext } from './forward-context';
import { collect } from './relayed-body';
import type { GatewayResponse } from './request';
import type { Granted } from './stages/grant';
import { encodeEvent, type SseEvent } from './wire/sse';

const LIST_BYTES_MAX = 16 * 1024 * 1024;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A list of the server with each message through `filter`. What cannot be read is refused with `unreadable`. */
export async function filteredList(
  call: Granted,
  context: ForwardContext,
  filter: (message: Json) => Json | Promise<Json>,
  unreadable: string,
): Promise<Result<GatewayResponse, Denial>> {
  const answered = await exchange(call, context, call.session?.upstream ?? null);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  const body = reply.body as AsyncIterable<Uint8Array>;
  const through = (text: string): Promise<string | null> => filterText(text, call, filter);
  if (kind === 'stream')
    return ok({ status: reply.status, headers: STREAM_HEADERS, body: new FilteredEvents(body, (event) => rewrite(event, through), abort) });
  const bytes = await collect(body, LIST_BYTES_MAX).catch(() => null);
  const text = bytes === null ? null : await through(decoder.decode(bytes));
  if (text === null) return refuse('upstream.failed', { message: unreadable });
  return ok({ status: reply.status, headers: JSON_HEADERS, body: text });
}

/** null when the text cannot be read or filtered: it is not shown then. */
async function filterText(text: string, call: Granted, filter: (message: Json) => Json | Promise<Json>): Promise<string | null> {
  try {
    const message = JSON.parse(text) as Json;
    if (isJsonObject(message) && typeof message.method === 'string' && (typeof message.id === 'string' || typeof message.id === 'number')) {
      call.session?.expectResponse(message.id);
    }
    return JSON.stringify(await filter(message));
  } catch {
    return null;
  }
}

async function rewrite(event: SseEvent, through: (text: string) => Promise<string | null>): Promise<Uint8Array> {
  if (event.data === null || event.data === '') return encoder.encode(event.raw);
  const text = await through(event.data);
  // An unreadable message may be a list to a laxer reader: it is left out.
  return text === null ? new Uint8Array(0) : encodeEvent(text, event);
}
