import { META } from '@/lib/domain/mcp/methods';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';

/** A request of the server that waits for a client's answer. */
interface Ask {
  readonly serverId: Json;
  readonly sessionId: string;
  /** The call it came up in; null when it came on a session's own stream. */
  readonly callId: number | null;
}

const CAPABILITY_OF: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/** Whether a client that declared `capabilities` may be sent this request at all. */
export function mayBeAsked(method: string, capabilities: JsonObject): boolean {
  const needed = CAPABILITY_OF[method];
  return needed === undefined || capabilities[needed] !== undefined;
}

/** An error response to a request of the server. */
export function errorAnswer(serverId: Json, code: -32601 | -32603, message: string): JsonObject {
  return { jsonrpc: '2.0', id: serverId, error: { code, message } };
}

/**
 * The requests of a server that are out with clients. Clients see ids of our own, so that neither can two servers'
 * ids collide nor can one session answer what another one was asked.
 */
export class ChannelAsks {
  private readonly open = new Map<string, Ask>();
  private next = 1;

  add(serverId: Json, sessionId: string, callId: number | null): string {
    const id = `server-${this.next}`;
    this.next += 1;
    this.open.set(id, { serverId, sessionId, callId });
    return id;
  }

  /** The client's answer under the server's own id; null when this session was not asked that. */
  answer(response: JsonObject, sessionId: string | null): JsonObject | null {
    const id = typeof response.id === 'string' ? response.id : '';
    const ask = this.open.get(id);
    if (ask === undefined || ask.sessionId !== sessionId) return null;
    this.open.delete(id);
    return { ...response, id: ask.serverId };
  }

  /** The id that a client knows the server's request by, and the client; null when it is not open. */
  find(serverId: Json): { readonly id: string; readonly ask: Ask } | null {
    for (const [id, ask] of this.open) if (ask.serverId === serverId) return { id, ask };
    return null;
  }

  hasOpen(callId: number): boolean {
    for (const ask of this.open.values()) if (ask.callId === callId) return true;
    return false;
  }

  /** Withdraws the asks of a session, or of one call, and gives the error answers that the server must get. */
  withdraw(matches: (ask: Ask) => boolean, why: string): readonly JsonObject[] {
    const answers: JsonObject[] = [];
    for (const [id, ask] of this.open) {
      if (!matches(ask)) continue;
      this.open.delete(id);
      answers.push(errorAnswer(ask.serverId, -32603, why));
    }
    return answers;
  }
}

/** The progress token that a request asks to be told by, when it has one. */
export function progressTokenOf(message: JsonObject): Json | undefined {
  const params = message.params;
  const meta = isJsonObject(params) ? params._meta : undefined;
  const token = isJsonObject(meta) ? meta.progressToken : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

/** Whether a request of the stateless revision wants log lines. */
export function asksForLogs({ params }: JsonObject): boolean {
  return isJsonObject(params) && isJsonObject(params._meta) && params._meta[`${META}logLevel`] !== undefined;
}

/** The same message with another progress token. */
export function withProgressToken(message: JsonObject, token: Json): JsonObject {
  const params = message.params as JsonObject;
  return { ...message, params: { ...params, _meta: { ...(params._meta as JsonObject), progressToken: token } } };
}
