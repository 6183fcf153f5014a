import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { CredentialFailure, UpstreamFailure } from '@/lib/gateway/upstream-port';
import { isJsonObject } from '@/lib/kernel/json';
import { drain, exchangeWithBearer } from './bearer-exchange';
import type { ExchangeReply } from './http-exchange';
import { type HttpLimits, type HttpRoute, pathOf } from './http-upstream';
import type { Wire, WireEvents } from './wire';

/** An answer with a status that is no success; the probe tells the cases apart by it. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  constructor(readonly status: number) {
    super(`HTTP status ${status}`);
  }
}

/**
 * Opens HTTP+SSE (revision 2024-11-05): one event stream from the server, whose first event names where to POST.
 * Rejects with `UpstreamFailure` (not sent).
 */
export async function openSseWire(route: HttpRoute, events: WireEvents, limits: HttpLimits): Promise<Wire> {
  const stop = new AbortController();
  const headers = { ...route.credentials, accept: 'text/event-stream', 'accept-encoding': 'identity' };
  const deadline = setTimeout(() => stop.abort(), limits.connectTimeoutMs);
  try {
    const reply = await exchangeWithBearer(route.bearer, route.streams, {
      method: 'GET',
      path: pathOf(route),
      headers,
      body: null,
      signal: stop.signal,
      idleMs: null,
      bodyBytesMax: limits.bodyBytesMax,
    });
    if (reply.status !== 200 || !/^text\/event-stream\b/i.test(reply.headers['content-type'] ?? '')) {
      stop.abort();
      throw new UpstreamFailure(
        `The upstream answers ${reply.status} (${reply.headers['content-type'] ?? 'no content type'}) instead of an event stream.`,
        false,
        { cause: new HttpStatusError(reply.status) },
      );
    }
    const wire = new SseWire(route, stop, events, limits);
    await wire.begin(reply);
    return wire;
  } catch (error) {
    stop.abort();
    if (error instanceof CredentialFailure) throw error;
    if (error instanceof UpstreamFailure) throw new UpstreamFailure(error.message, false, { cause: error.cause });
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

class SseWire implements Wire {
  private endpoint: string | null = null;
  private gone = false;
  private queue: Promise<void> = Promise.resolve();
  private started!: () => void;
  private refused!: (failure: UpstreamFailure) => void;

  constructor(
    private readonly route: HttpRoute,
    private readonly stop: AbortController,
    private readonly events: WireEvents,
    private readonly limits: HttpLimits,
  ) {}

  /** Resolves when the server has named its endpoint. */
  begin(reply: ExchangeReply): Promise<void> {
    return new Promise((resolve, reject) => {
      this.started = resolve;
      this.refused = reject;
      void this.read(reply);
    });
  }

  send(text: string, sending: () => boolean): Promise<void> {
    // One POST after the other: servers see the messages in the order in which they were made.
    const sent = this.queue.then(() => this.postMessage(text, sending));
    this.queue = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    this.closeNow();
  }

  closeNow(): void {
    this.stop.abort();
    this.end('The event stream was closed.');
  }

  diagnostics(): string {
    return '';
  }

  private async postMessage(text: string, sending: () => boolean): Promise<void> {
    if (this.gone || this.endpoint === null) throw new UpstreamFailure('The event stream of the upstream has ended.', false);
    if (!sending()) return;
    const headers = { ...this.route.credentials, 'accept-encoding': 'identity', 'content-type': 'application/json' };
    const { callIdleMs, bodyBytesMax } = this.limits;
    const reply = await exchangeWithBearer(this.route.bearer, this.route.calls, {
      method: 'POST',
      path: this.endpoint,
      headers,
      body: text,
      signal: this.stop.signal,
      idleMs: callIdleMs,
      bodyBytesMax,
    });
    await drain(reply);
    if (reply.status >= 300)
      throw new UpstreamFailure(`The upstream answers ${reply.status} to a message.`, true, { cause: new HttpStatusError(reply.status) });
  }

  private async read(reply: ExchangeReply): Promise<void> {
    const parser = createParser({ onEvent: (event) => this.onEvent(event) });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of reply.body) parser.feed(decoder.decode(chunk, { stream: true }));
      this.end('The upstream closed the event stream.');
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error));
    }
  }

  private onEvent(event: EventSourceMessage): void {
    if (event.event === 'endpoint') this.onEndpoint(event.data);
    if (event.event !== undefined && event.event !== 'message') return;
    let value: unknown;
    try {
      value = JSON.parse(event.data);
    } catch {
      return;
    }
    if (isJsonObject(value)) this.events.message(value, event.data);
  }

  private onEndpoint(data: string): void {
    if (this.endpoint !== null) return;
    let url: URL | null = null;
    try {
      url = new URL(data, this.route.url);
    } catch {
      // Refused below like a foreign one.
    }
    // Another origin would receive our credentials and every call.
    if (url === null || url.origin !== this.route.url.origin) {
      this.refused(
        new UpstreamFailure('The upstream names an endpoint on another origin; messages and credentials are not sent there.', false),
      );
      this.closeNow();
      return;
    }
    this.endpoint = url.pathname + url.search;
    this.started();
  }

  private end(sentence: string): void {
    if (this.gone) return;
    this.gone = true;
    this.refused(new UpstreamFailure(sentence, false));
    this.stop.abort();
    this.events.closed(sentence);
  }
}
