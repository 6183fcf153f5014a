import { UpstreamFailure, type UpstreamReply } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { ByteQueue } from './byte-queue';
import { sseEvent } from './channel-reply';

/** The streams that sessions hold open for what the server says on its own; one a session. */
export class SessionStreams {
  private readonly open = new Map<string, ByteQueue>();

  /** `waitingBytesMax` bounds what is kept for a reader slower than the server. */
  constructor(private readonly waitingBytesMax: number) {}

  /** The session that opened its stream last. */
  get latest(): string | null {
    return [...this.open.keys()].at(-1) ?? null;
  }

  /** Opens the stream of a session; one that was open is ended, since a client that reconnects has lost it. */
  listen(sessionId: string, signal: AbortSignal): UpstreamReply {
    this.close(sessionId);
    const leave = (): void => {
      if (this.open.get(sessionId) === stream) this.open.delete(sessionId);
      stream.end();
    };
    const stream = new ByteQueue({ abandoned: leave });
    this.open.set(sessionId, stream);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    return { status: 200, contentType: 'text/event-stream', sessionId: null, body: stream };
  }

  /** Says whether the session listens. */
  tell(sessionId: string, text: string): boolean {
    const stream = this.open.get(sessionId);
    if (stream === undefined) return false;
    stream.push(sseEvent(text));
    if (stream.waitingBytes > this.waitingBytesMax) {
      this.open.delete(sessionId);
      stream.fail(new UpstreamFailure('The client reads its stream more slowly than the upstream writes it.', true));
    }
    return true;
  }

  tellAll(text: string): void {
    for (const sessionId of [...this.open.keys()]) this.tell(sessionId, text);
  }

  close(sessionId: string): void {
    this.open.get(sessionId)?.end();
    this.open.delete(sessionId);
  }

  closeAll(): void {
    for (const sessionId of [...this.open.keys()]) this.close(sessionId);
  }
}

/** Who asked for updates of which resource: the server keeps one subscription for all sessions of a channel. */
export class Subscriptions {
  private readonly sessionsByUri = new Map<string, Set<string>>();

  /** Notes a `resources/subscribe` of a session; anything else is passed over. */
  note(message: JsonObject, sessionId: string | null): void {
    const uri = uriOf(message);
    if (message.method !== 'resources/subscribe' || sessionId === null || uri === null) return;
    this.sessionsByUri.set(uri, (this.sessionsByUri.get(uri) ?? new Set()).add(sessionId));
  }

  /** Notes a `resources/unsubscribe`; true when others are still subscribed, so that the server must not be told. */
  keepsAfter(message: JsonObject, sessionId: string | null): boolean {
    const uri = uriOf(message);
    if (message.method !== 'resources/unsubscribe' || sessionId === null || uri === null) return false;
    const sessions = this.sessionsByUri.get(uri);
    sessions?.delete(sessionId);
    if (sessions?.size === 0) this.sessionsByUri.delete(uri);
    return sessions !== undefined && sessions.size > 0;
  }

  /** The sessions that an update concerns; null when nobody is known to have asked for it. */
  concernedBy(message: JsonObject): ReadonlySet<string> | null {
    return message.method === 'notifications/resources/updated' ? (this.sessionsByUri.get(uriOf(message) ?? '') ?? null) : null;
  }

  /** Forgets a session; gives the addresses that nobody follows any more, so that the server is told. */
  forget(sessionId: string): readonly string[] {
    const left: string[] = [];
    for (const [uri, sessions] of this.sessionsByUri) {
      sessions.delete(sessionId);
      if (sessions.size > 0) continue;
      this.sessionsByUri.delete(uri);
      left.push(uri);
    }
    return left;
  }
}

function uriOf(message: JsonObject): string | null {
  const uri = isJsonObject(message.params) ? message.params.uri : null;
  return typeof uri === 'string' ? uri : null;
}
