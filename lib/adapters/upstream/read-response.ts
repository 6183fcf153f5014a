import { createParser } from 'eventsource-parser';
import type { UpstreamReply } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';

/**
 * The JSON-RPC response to request `id` in a reply of either shape, or null when the reply holds none. Other messages
 * in a stream are passed over. Leaves the stream as soon as the response is there.
 */
export async function readResponse(reply: UpstreamReply, id: number): Promise<JsonObject | null> {
  if (reply.body === null) return null;
  return /^text\/event-stream\b/i.test(reply.contentType ?? '') ? readFromStream(reply.body, id) : parsed(await readText(reply.body));
}

/** The whole text of a body. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function readFromStream(body: AsyncIterable<Uint8Array>, id: number): Promise<JsonObject | null> {
  let found: JsonObject | null = null;
  const parser = createParser({
    onEvent: ({ data }) => {
      const message = parsed(data);
      if (message !== null && message.id === id && message.method === undefined) found = message;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (found !== null) break;
  }
  return found;
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
