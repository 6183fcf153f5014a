import { createParser } from 'eventsource-parser';
import { UpstreamFailure, type UpstreamReply } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { exchangeWithBearer } from '../bearer-exchange';
import { type HttpLimits, type HttpRoute, pathOf } from '../http-upstream';
import { readText } from '../read-response';
import { HttpStatusError } from '../sse-wire';

/** Makes a request of the stateless revision; gives the messages of its answer as they come, the response last. */
export type PostStateless = (request: StatelessRequest) => AsyncIterable<JsonObject>;

export interface StatelessRequest {
  readonly message: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A subscription: it lasts, may be silent, and must not take a connection away from calls. */
  readonly lasts?: boolean;
}

/**
 * One request of the stateless revision; gives the messages of its answer as they come, the response last. Leaving the loop closes the
 * connection, which is how that revision cancels. Throws `UpstreamFailure`.
 */
export async function* postStateless(
  openRoute: () => Promise<HttpRoute>,
  request: StatelessRequest,
  limits: HttpLimits,
): AsyncGenerator<JsonObject> {
  const { message, signal, lasts = false } = request;
  const route = await openRoute();
  const reply = await exchangeWithBearer(route.bearer, lasts ? route.streams : route.calls, {
    method: 'POST',
    path: pathOf(route),
    headers: {
      ...request.headers,
      ...route.credentials,
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
    },
    body: JSON.stringify(message),
    signal,
    idleMs: lasts ? null : limits.callIdleMs,
    bodyBytesMax: limits.bodyBytesMax,
  });
  yield* messagesOf({ ...reply, contentType: reply.headers['content-type'] ?? null });
}

/** The messages of an answer, whether it is one or a stream of them. Throws `UpstreamFailure` for what is none. */
export async function* messagesOf(
  reply: Pick<UpstreamReply, 'status' | 'contentType'> & { body: AsyncIterable<Uint8Array> },
): AsyncGenerator<JsonObject> {
  if (/^text\/event-stream\b/i.test(reply.contentType ?? '')) {
    yield* eventsOf(reply.body);
    return;
  }
  const value = parsed(await readText(reply.body));
  // Errors of the protocol come with statuses of their own (400, 404) and are answers all the same.
  if (value === null || (reply.status >= 300 && !isJsonObject(value.error)) || reply.status >= 500 || [401, 403].includes(reply.status))
    throw new UpstreamFailure(`The upstream answers ${reply.status}${value === null ? ' and no JSON-RPC message' : ''}.`, true, {
      cause: new HttpStatusError(reply.status),
    });
  yield value;
}

async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  let waiting: JsonObject[] = [];
  const parser = createParser({
    onEvent: ({ data, event }) => {
      const value = event === undefined || event === 'message' ? parsed(data) : null;
      if (value !== null) waiting.push(value);
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    const come = waiting;
    waiting = [];
    yield* come;
  }
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
