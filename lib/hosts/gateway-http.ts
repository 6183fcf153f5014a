import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from '@/lib/gateway/gateway';
import type { GatewayRequest, GatewayResponse } from '@/lib/gateway/request';

export interface GatewayListenerOptions {
  /** Reading stops there; the gateway's own limit unless told. */
  readonly bodyBytesMax?: number;
  /** true: the last address of `X-Forwarded-For` is the source, because our own proxy wrote it. */
  readonly trustProxy: boolean;
}

const MOUNT = '/mcp';

/**
 * Serves the gateway straight on `node:http`: reads a bounded body, hands everything over uninterpreted, and pipes the
 * answer with back pressure. Give it the requests whose path is `/mcp` or below; create the server with
 * `insecureHTTPParser` off and `requireHostHeader: false`, since the gateway refuses and records missing hosts itself.
 */
export function createGatewayHttpListener(
  gateway: Gateway,
  options: GatewayListenerOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  const bodyBytesMax = options.bodyBytesMax ?? gateway.bodyBytesMax;
  return (req, res) => {
    // A socket that breaks is an end, not a fault; without listeners it would be thrown.
    req.on('error', () => {});
    res.on('error', () => {});
    readBody(req, bodyBytesMax, (body) => {
      if (body === 'aborted') return;
      gateway.handle(new NodeRequest(req, res, body, options.trustProxy)).then(
        (answer) => send(res, answer, body !== null && 'tooLarge' in body),
        () => res.destroy(),
      );
    });
  };
}

type Body = GatewayRequest['body'];

function readBody(req: IncomingMessage, bytesMax: number, done: (body: Body | 'aborted') => void): void {
  if (req.method !== 'POST') {
    req.resume();
    done(null);
    return;
  }
  let chunks: Buffer[] | null = [];
  let length = 0;
  const finish = (body: Body | 'aborted'): void => {
    if (chunks === null) return;
    chunks = null;
    done(body);
  };
  if (Number(req.headers['content-length'] ?? 0) > bytesMax) {
    req.resume();
    finish({ tooLarge: true });
    return;
  }
  req.on('data', (chunk: Buffer) => {
    if (chunks === null) return;
    length += chunk.length;
    if (length > bytesMax) finish({ tooLarge: true });
    else chunks.push(chunk);
  });
  req.on('end', () => {
    if (chunks === null) return;
    finish(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
  });
  req.on('close', () => finish('aborted'));
}

class NodeRequest implements GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly string[];
  readonly sourceIp: string | null;
  private controller: AbortController | null = null;

  constructor(
    req: IncomingMessage,
    private readonly res: ServerResponse,
    readonly body: Body,
    trustProxy: boolean,
  ) {
    const url = req.url ?? '';
    const mark = url.indexOf('?');
    this.method = req.method ?? '';
    this.path = (mark < 0 ? url : url.slice(0, mark)).slice(MOUNT.length);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
    this.headers = req.rawHeaders;
    this.sourceIp = sourceOf(req, trustProxy);
  }

  /** Made only for those who ask: most calls end without anyone watching for the client to leave. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      const controller = new AbortController();
      this.controller = controller;
      if (this.res.destroyed && !this.res.writableFinished) controller.abort();
      else this.res.once('close', () => (this.res.writableFinished ? undefined : controller.abort()));
    }
    return this.controller.signal;
  }
}

function sourceOf(req: IncomingMessage, trustProxy: boolean): string | null {
  const forwarded = trustProxy ? req.headers['x-forwarded-for'] : undefined;
  const last = forwarded === undefined ? undefined : String(forwarded).split(',').pop()?.trim();
  const address = last || req.socket.remoteAddress || null;
  return address?.startsWith('::ffff:') === true ? address.slice(7) : address;
}

function send(res: ServerResponse, answer: GatewayResponse, closes: boolean): void {
  const { body } = answer;
  const headers: Record<string, string | number> = { ...answer.headers };
  // The rest of an oversized body is not worth reading.
  if (closes) headers.connection = 'close';
  if (body === null || typeof body === 'string') {
    headers['content-length'] = body === null ? 0 : Buffer.byteLength(body);
    res.writeHead(answer.status, headers);
    res.end(body ?? undefined);
    return;
  }
  void pipe(res, answer.status, headers, body[Symbol.asyncIterator]());
}

type Bytes = AsyncIterator<Uint8Array>;

async function pipe(res: ServerResponse, status: number, headers: Record<string, string | number>, iterator: Bytes): Promise<void> {
  const leave = (): void => void iterator.return?.();
  if (res.destroyed) {
    leave();
    return;
  }
  res.once('close', leave);
  try {
    if (headers['content-type'] !== 'text/event-stream') await writeWhole(res, status, headers, iterator);
    else {
      res.writeHead(status, headers);
      // A stream may stay silent for long; its reader has to know now that it is open.
      res.flushHeaders();
    }
    await writeRest(res, iterator);
    res.removeListener('close', leave);
    if (res.destroyed) leave();
    else res.end();
  } catch {
    if (!res.headersSent && !res.destroyed) sendBroken(res, headers);
    // Half a body must not look like a whole one. What was written of it leaves first, or the client would not even see a status.
    else setImmediate(() => res.destroy());
  }
}

/** Nothing of the answer has left yet, so there is a better way to say that it broke off than a lost connection, which some clients retry. */
function sendBroken(res: ServerResponse, headers: Readonly<Record<string, string | number>>): void {
  const event = headers['x-callgate-event'];
  res.writeHead(502, { 'cache-control': 'no-store', 'content-length': 0, ...(event === undefined ? {} : { 'x-callgate-event': event }) });
  res.end();
}

/**
 * Starts an answer that is no stream. Nearly all are one chunk, known to be the only one a moment later: waiting for that
 * moment gives them a length and sends everything in one write instead of three.
 */
async function writeWhole(res: ServerResponse, status: number, headers: Record<string, string | number>, iterator: Bytes): Promise<void> {
  const first = await iterator.next();
  const second = first.done === true ? first : await iterator.next();
  if (res.destroyed) return;
  if (second.done === true) headers['content-length'] = first.done === true ? 0 : first.value.length;
  res.writeHead(status, headers);
  if (first.done !== true) res.write(first.value);
  if (second.done !== true && !res.write(second.value)) await writable(res);
}

async function writeRest(res: ServerResponse, iterator: Bytes): Promise<void> {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true || res.destroyed) return;
    if (!res.write(value)) await writable(res);
  }
}

function writable(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.removeListener('drain', done);
      res.removeListener('close', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
  });
}
