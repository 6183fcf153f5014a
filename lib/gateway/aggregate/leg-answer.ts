import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import { collect } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { idKey } from '../wire/json-rpc';
import { SseParser } from '../wire/sse';

/** What one server answered to a request of the aggregate's own. */
export type LegAnswer =
  | { readonly ok: true; readonly result: JsonObject }
  | { readonly ok: false; readonly status: number; readonly code: number | null; readonly message: string };

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const decoder = new TextDecoder();
const UNREADABLE = 'The server gave no readable answer.';

/** Reads an answer to its end. What else the server says on the way goes to `onOther`. Never rejects. */
export async function readAnswer(response: GatewayResponse, id: RpcId, onOther: (message: JsonObject) => void): Promise<LegAnswer> {
  const { status, body } = response;
  try {
    if (body === null) return { ok: false, status, code: null, message: UNREADABLE };
    if (typeof body === 'string') return answerOf(parse(body), status);
    if (response.headers['content-type'] === 'text/event-stream') return await readStream(body, status, id, onOther);
    const bytes = await collect(body, ANSWER_BYTES_MAX);
    return answerOf(bytes === null ? null : parse(decoder.decode(bytes)), status);
  } catch {
    return { ok: false, status, code: null, message: 'The connection to the server was lost.' };
  }
}

async function readStream(
  body: AsyncIterable<Uint8Array>,
  status: number,
  id: RpcId,
  onOther: (message: JsonObject) => void,
): Promise<LegAnswer> {
  const parser = new SseParser(ANSWER_BYTES_MAX);
  for await (const chunk of body) {
    for (const { data } of parser.push(chunk)) {
      const message = data === null || data === '' ? null : parse(data);
      if (message === null) continue;
      const answers = !('method' in message) && (typeof message.id === 'string' || typeof message.id === 'number');
      if (answers && idKey(message.id as RpcId) === idKey(id)) return answerOf(message, status);
      onOther(message);
    }
  }
  return { ok: false, status, code: null, message: UNREADABLE };
}

function answerOf(message: JsonObject | null, status: number): LegAnswer {
  if (message !== null && isJsonObject(message.result)) return { ok: true, result: message.result };
  const error = message !== null && isJsonObject(message.error) ? message.error : null;
  const words = typeof error?.message === 'string' ? error.message : UNREADABLE;
  return { ok: false, status, code: typeof error?.code === 'number' ? error.code : null, message: words };
}

function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
