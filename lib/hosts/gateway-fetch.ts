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

async function responseOf(answer: GatewayResponse, signal: AbortSignal): Promise<Response> {
  const { status, headers, body } = answer;
  if (body === null || typeof body === 'string') return new Response(body, { status, headers });
  const iterator = body[Symbol.asyncIterator]();
  // Until a byte has left there is a better way to say that an answer broke off than a lost connection. A stream may begin in silence.
  if (headers['content-type'] === 'text/event-stream') return new Response(streamOf(iterator, null), { status, headers });
  const leave = (): void => void iterator.return?.();
  signal.addEventListener('abort', leave, { once: true });
  let first: IteratorResult<Uint8Array>;
  try {
    first = await iterator.next();
  } catch {
    return brokenOff(headers);
  } finally {
    signal.removeEventListener('abort', leave);
  }
  return new Response(first.done === true ? null : streamOf(iterator, first.value), { status, headers });
}

function brokenOff(headers: Readonly<Record<string, string>>): Response {
  const event = headers['x-callgate-event'];
  return new Response(null, {
    status: 502,
    headers: { 'cache-control': 'no-store', ...(event === undefined ? {} : { 'x-callgate-event': event }) },
  });
}

/** `first` was read already. */
function streamOf(iterator: AsyncIterator<Uint8Array>, first: Uint8Array | null): ReadableStream<Uint8Array> {
  let ahead = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (ahead !== null) {
          controller.enqueue(ahead);
          ahead = null;
          return;
        }
        const { done, value } = await iterator.next();
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
