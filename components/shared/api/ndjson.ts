import { ApiError } from './client';

/** The items of a streamed answer as they come. Throws ApiError for a refusal; an abort rejects with AbortError. */
export async function* streamItems<Item>(path: string, signal: AbortSignal): AsyncGenerator<Item> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { accept: 'application/x-ndjson' },
      signal,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'network.unreachable', 'The console cannot reach the server.', null);
  }
  if (!response.ok || !response.body) {
    const body = (await response.json().catch(() => null)) as { error?: { code: string; message: string; requestId?: string } } | null;
    const { code = 'stream.failed', message = `The server answered ${response.status}.`, requestId = null } = body?.error ?? {};
    throw new ApiError(response.status, code, message, requestId);
  }
  for await (const line of textLines(response.body)) yield JSON.parse(line) as Item;
}

/** The lines of a body that are not empty. */
export async function* textLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (value) rest += value;
    const parts = rest.split('\n');
    rest = done ? '' : (parts.pop() ?? '');
    for (const part of parts) if (part.trim()) yield part;
    if (done) return;
  }
}
