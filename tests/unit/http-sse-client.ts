import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import { SseParser } from '@/lib/gateway/wire/sse';
import type { Answer, SendOptions, World } from './gateway-world';

interface Event {
  readonly name: string | null;
  readonly data: string;
}

/** A client of HTTP+SSE that does nothing by itself. */
export class HttpSseClient {
  private readonly parser = new SseParser(1e8);
  private readonly events: Event[] = [];
  private readonly bytes: AsyncIterator<Uint8Array>;
  /** Everything that came, comments as well. */
  raw = '';

  private constructor(
    private readonly world: World,
    readonly opened: Answer,
  ) {
    this.bytes = (opened.response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  query = '';
  endpoint = '';

  static async open(world: World, options: Partial<SendOptions> = {}): Promise<HttpSseClient> {
    const opened = await world.send({ method: 'GET', path: '/shop/sse', raw: null, ...options });
    if (opened.status !== 200) throw new Error(`${opened.status} ${await opened.text()}`);
    const client = new HttpSseClient(world, opened);
    const first = await client.event();
    client.endpoint = first?.data ?? '';
    client.query = client.endpoint.split('?')[1] ?? '';
    return client;
  }

  /** The next event; null at the end. */
  async event(): Promise<Event | null> {
    while (this.events.length === 0) {
      const { done, value } = await this.bytes.next();
      if (done === true) return null;
      this.raw += new TextDecoder().decode(value);
      for (const { event, data } of this.parser.push(value)) if (data !== null) this.events.push({ name: event, data });
    }
    return this.events.shift() ?? null;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  async message(): Promise<any> {
    const event = await this.event();
    return event === null ? null : JSON.parse(event.data);
  }

  post(body: unknown, options: Partial<SendOptions> = {}): Promise<Answer> {
    return this.world.send({ path: '/shop/messages', query: this.query, body, ...options });
  }

  call(id: number, name: string, args: object = {}): Promise<Answer> {
    return this.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
  }

  /** The handshake; gives the result of `initialize`. */
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  async initialize(protocolVersion = '2024-11-05'): Promise<any> {
    const params = { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: 'old', version: '0.9' } };
    await this.post({ jsonrpc: '2.0', id: 'init', method: 'initialize', params });
    const answer = await this.message();
    await this.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer.result;
  }

  async leave(): Promise<void> {
    await this.bytes.return?.();
  }
}

export const event = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
export const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

export function withSessions(world: World): World {
  world.upstreams.scripts.set('initialize', (request) => {
    const result = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
    return jsonReply({ jsonrpc: '2.0', id: request.rpcId, result }, 200, 'upstream-session');
  });
  return world;
}

/** A stream of the server that says what it is told to. */
export function spoken() {
  const waiting: string[] = [];
  let wake = (): void => {};
  let ended = false;
  const stop = (): void => {
    ended = true;
    wake();
  };
  async function* texts(): AsyncGenerator<string> {
    while (!ended || waiting.length > 0) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const say = (text: string): void => {
    waiting.push(text);
    wake();
  };
  return { say, stop, texts: texts() };
}
