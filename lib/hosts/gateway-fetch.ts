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
  return responseOf(answer);
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

function responseOf(answer: GatewayResponse): Response {
  const { status, headers, body } = answer;
  if (body === null || typeof body === 'string') return new Response(body, { status, headers });
  const iterator = body[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
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
  return new Response(stream, { status, headers });
}
