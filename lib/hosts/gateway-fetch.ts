import type { Gateway } from '@/lib/gateway/gateway';
import type { GatewayRequest, GatewayResponse } from '@/lib/gateway/request';

const MOUNT = '/mcp';

/**
 * Serves the gateway where only web-standard requests exist. The platform has joined repeated headers by then, so a
 * duplicate `Host` or `Mcp-Name` shows as a value that matches nothing and is refused as that.
 */
export async function handleFetch(gateway: Gateway, request: Request, sourceIp: string | null): Promise<Response> {
  const url = new URL(request.url);
  const headers: string[] = [];
  for (const [name, value] of request.headers) headers.push(name, value);
  const answer = await gateway.handle({
    method: request.method,
    path: url.pathname.slice(MOUNT.length),
    query: url.search.slice(1),
    headers,
    body: request.method === 'POST' ? await readBody(request, gateway.bodyBytesMax) : null,
    sourceIp,
    signal: request.signal,
  });
  return responseOf(answer, request.signal);
}

async function readBody(request: Request, bytesMax: number): Promise<GatewayRequest['body']> {
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > bytesMax) {
      await reader.cancel().catch(() => {});
      return { tooLarge: true };
    }
    chunks.push(value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

type Bytes = AsyncIterator<Uint8Array>;
type Read = IteratorResult<Uint8Array>;

async function responseOf(answer: GatewayResponse, signal: AbortSignal): Promise<Response> {
  const { status, headers, body } = answer;
  if (body === null || typeof body === 'string') return new Response(body, { status, headers });
  const iterator = body[Symbol.asyncIterator]();
  // The reader of a stream has to know now that it is open; it may stay silent for long.
  if (headers['content-type'] === 'text/event-stream') return new Response(streamOf([], iterator), { status, headers });
  const leave = (): void => void iterator.return?.();
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return new Response(streamOf(await beginning(iterator), iterator), { status, headers });
  } catch {
    return broken(headers);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** What is awaited before the head is sent, as on the Node host: nearly all answers are one chunk and the end. */
async function beginning(iterator: Bytes): Promise<Read[]> {
  const first = await iterator.next();
  return first.done === true ? [first] : [first, await iterator.next()];
}

/** Nothing of the answer has left yet, so there is a better way to say that it broke off than a lost connection. */
function broken(headers: GatewayResponse['headers']): Response {
  const event = headers['x-callgate-event'];
  return new Response(null, {
    status: 502,
    headers: { 'cache-control': 'no-store', ...(event === undefined ? {} : { 'x-callgate-event': event }) },
  });
}

function streamOf(begun: Read[], iterator: Bytes): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = begun.shift() ?? (await iterator.next());
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
