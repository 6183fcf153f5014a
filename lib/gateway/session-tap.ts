import { RESULT_BYTES_MAX } from '@/lib/domain/result-flags';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from './denial';
import type { Tail, Tap } from './relayed-body';
import type { OpenCall, Session } from './sessions';
import { idKey } from './wire/json-rpc';
import { type SseEvent, SseParser } from './wire/sse';

/** One message larger than this is passed on without being looked at; no server can send one. */
const MESSAGE_CHARACTERS_MAX = RESULT_BYTES_MAX + 1024;

/** Watches a stream of messages from the upstream: questions to the client, and results of calls. */
export class StreamTap implements Tap {
  private parser: SseParser | null = new SseParser(MESSAGE_CHARACTERS_MAX);
  /** true once an event carried an id: the client may resume the stream elsewhere. */
  resumable = false;
  private released = false;
  /** true until an event carried data. */
  silent = true;

  /** `openCall` finds the call a response belongs to. */
  constructor(
    protected readonly session: Session | null,
    protected readonly openCall: (id: RpcId) => OpenCall | undefined,
    protected readonly httpStatus: number,
  ) {
    if (session !== null) session.openStreams++;
  }

  observe(chunk: Uint8Array): boolean {
    try {
      if (this.parser !== null) this.observeEvents(this.parser.push(chunk));
    } catch {
      this.parser = null;
    }
    return true;
  }

  finish(_how: 'ended' | 'broken'): Tail {
    this.observeEnd();
    this.release();
    return null;
  }

  abandon(): 'drain' | 'abort' {
    this.release();
    return 'abort';
  }

  /** true when own bytes may follow: the stream stands between two events. */
  protected get mayAppend(): boolean {
    return this.parser?.betweenEvents === true;
  }

  /** The client no longer reads this stream; said once or again. */
  protected release(): void {
    if (this.session !== null && !this.released) this.session.openStreams--;
    this.released = true;
  }

  /** What the end of the stream completes. */
  protected observeEnd(): void {
    if (this.parser !== null) this.observeEvents(this.parser.end());
  }

  private observeEvents(events: readonly SseEvent[]): void {
    for (const event of events) {
      if (event.id !== null) this.resumable = true;
      if (event.data === null || event.data === '') continue;
      this.silent = false;
      this.observeMessage(event.data);
    }
  }

  private observeMessage(data: string): void {
    let message: Json;
    try {
      message = JSON.parse(data) as Json;
    } catch {
      return;
    }
    if (!isJsonObject(message)) return;
    const { id } = message;
    if (typeof id !== 'string' && typeof id !== 'number') return;
    if (typeof message.method === 'string') this.session?.expectResponse(id);
    else this.observeResponse(id, message, data);
  }

  /** `data` is the text of the message. */
  protected observeResponse(id: RpcId, message: JsonObject, _data: string): void {
    this.openCall(id)?.settleSniffed(outcomeOf(message), this.httpStatus);
  }
}

/** What a JSON-RPC response says of its call. */
export function outcomeOf(message: JsonObject): 'ok' | 'tool_error' | 'rpc_error' {
  if ('error' in message) return 'rpc_error';
  return isJsonObject(message.result) && message.result.isError === true ? 'tool_error' : 'ok';
}

/** The calls of a session by response id, for streams that carry several. */
export function callsOf(session: Session | null): (id: RpcId) => OpenCall | undefined {
  return (id) => session?.calls.get(idKey(id));
}
