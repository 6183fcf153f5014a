import { killOf } from '@/lib/domain/kill-switch';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { exchange, JSON_HEADERS, STREAM_HEADERS } from './exchange';
import type { ForwardContext } from './forward-context';
import { killNow } from './live-calls';
import { collect } from './relayed-body';
import type { GatewayResponse } from './request';
import type { Granted } from './stages/grant';
import { encodeEvent, type SseEvent, SseParser } from './wire/sse';
import { filterToolsList } from './wire/tools-list';

const LIST_BYTES_MAX = 16 * 1024 * 1024;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** `tools/list`: asked of the upstream each time, answered with what this grant may know of. */
export async function listTools(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  if (killNow(call, context) !== null) return ok({ status: 200, headers: JSON_HEADERS, body: emptyList(call) });
  const answered = await exchange(call, context, call.session?.upstream ?? null);
  if (!answered.ok) return answered;
  const { reply, kind, abort } = answered.value;
  const body = reply.body as AsyncIterable<Uint8Array>;
  if (kind === 'stream') return ok({ status: reply.status, headers: STREAM_HEADERS, body: new FilteredEvents(body, call, abort) });
  const bytes = await collect(body, LIST_BYTES_MAX).catch(() => null);
  const text = bytes === null ? null : filterText(decoder.decode(bytes), call);
  if (text === null) return refuse('upstream.failed', { message: 'The server gave no readable list of tools.' });
  return ok({ status: reply.status, headers: JSON_HEADERS, body: text });
}

/** While a kill switch stops all of it, the server is not asked. */
function emptyList({ message, era }: Granted): string {
  const modern = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : null;
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { ...modern, tools: [] } });
}

/** null when the text cannot be read: what cannot be filtered is not shown. */
function filterText(text: string, call: Granted): string | null {
  try {
    return JSON.stringify(filterMessage(JSON.parse(text) as Json, call));
  } catch {
    return null;
  }
}

function filterMessage(message: Json, call: Granted): Json {
  if (isJsonObject(message) && typeof message.method === 'string' && (typeof message.id === 'string' || typeof message.id === 'number')) {
    call.session?.expectResponse(message.id);
  }
  const { kills } = call.snapshot;
  const stopped = (tool: string): boolean =>
    killOf(kills, { agentId: call.grant.agent.id, serverId: call.server.id, tools: [tool] }) !== null;
  return filterToolsList(message, call.server, call.policy?.compiled ?? null, stopped);
}

/** A stream in which every message that is a list is filtered; all other events pass as they are. */
class FilteredEvents implements AsyncIterableIterator<Uint8Array> {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly parser = new SseParser(LIST_BYTES_MAX);

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly call: Granted,
    private readonly abort: () => void,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const read = await this.source.next();
      const events = read.done === true ? this.parser.end() : this.parser.push(read.value);
      if (events.length > 0) return { done: false, value: join(events.map((event) => this.rewrite(event))) };
      // What follows the last whole event is no event, to any reader.
      if (read.done === true) return { done: true, value: undefined };
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.abort();
    await this.source.return?.().catch(() => {});
    return { done: true, value: undefined };
  }

  private rewrite(event: SseEvent): Uint8Array {
    if (event.data === null || event.data === '') return encoder.encode(event.raw);
    const text = filterText(event.data, this.call);
    // An unreadable message may be a list to a laxer reader: it is left out.
    return text === null ? new Uint8Array(0) : encodeEvent(text, event);
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
