import type { RpcId } from '../denial';
import type { RequestFacts } from '../facts';
import { JsonAsEvent } from '../json-as-event';
import type { GatewayResponse } from '../request';
import { errorText } from '../wire/respond';
import type { Passed } from './pass-events';

/** What relaying needs of the stream of a client. */
export interface AnswerSink {
  /** One message. */
  say(data: string): Promise<boolean>;
  pass(source: AsyncIterator<Uint8Array>, id: RpcId | null): Promise<Passed>;
  /** The rest of a stream of the server that ended after this event id; null when it cannot be had, or nobody waits any more. */
  resume(lastId: string): Promise<AsyncIterator<Uint8Array> | null>;
}

/** A server that lets a client poll for one answer is asked so often. */
const RESUMES_MAX = 600;
const INTERNAL_ERROR = -32603;
const LOST_WORDS = 'The answer of the server broke off. Whether the request had an effect is unknown; do not repeat a call unseen.';

/**
 * Gives the answer to a request as messages of a stream. What a client of Streamable HTTP learns from a connection that breaks,
 * or fetches by resuming, cannot be had here: it becomes an error, or is fetched for the client.
 */
export async function relayAnswer(sink: AnswerSink, call: RequestFacts, { body, headers }: GatewayResponse): Promise<void> {
  const lost = (): string => errorText(call, INTERNAL_ERROR, LOST_WORDS, null);
  if (body === null || typeof body === 'string') {
    await sink.say(body ?? lost());
    return;
  }
  const id = call.message?.id ?? null;
  const bytes = body[Symbol.asyncIterator]();
  let source: AsyncIterator<Uint8Array> | null = headers['content-type'] === 'text/event-stream' ? bytes : new JsonAsEvent(bytes, lost);
  let lastId: string | null = null;
  for (let turn = 0; source !== null && turn <= RESUMES_MAX; turn++) {
    const passed: Passed = await sink.pass(source, id);
    lastId = passed.lastId ?? lastId;
    // Without a word and without an end, the response comes on the stream of the session: older servers do that.
    if (passed.answered || (lastId === null && !passed.broken)) return;
    source = lastId === null ? null : await sink.resume(lastId);
  }
  await sink.say(lost());
}
