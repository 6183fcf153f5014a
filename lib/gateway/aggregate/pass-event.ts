import { encodeEvent, type SseEvent } from '../wire/sse';
import type { AggregateContext, AggregateStream } from './aggregate-call';
import type { LegAddress } from './leg-request';
import { tell } from './open-leg';
import { rewriteEvent, rewriteMessage, type StreamKind } from './rewrite';
import { withOuterTasks } from './tasks';

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Session = Pick<AggregateStream, 'facts' | 'session'>;

/** An event of one server as the client of the aggregate gets it: not at all when it is answered here. */
export function passedEvent(event: SseEvent, leg: LegAddress, kind: StreamKind, call: Session, context: AggregateContext): Uint8Array {
  return event.data !== null && isAnswered(event.data, leg, call, context) ? NOTHING : rewriteEvent(event, leg.slug, kind);
}

/** A message of one server on an answer that is read here goes to a stream of the session. */
export function passMessage(text: string, leg: LegAddress, call: Session, context: AggregateContext): void {
  if (!isAnswered(text, leg, call, context)) call.session?.tell(encodeEvent(rewriteMessage(text, leg.slug) ?? text));
}

/** Without a session nothing that a server asks can be answered, so nobody learns anything. */
function isAnswered(text: string, leg: LegAddress, { facts, session }: Session, { handle }: AggregateContext): boolean {
  const refusal = session?.tasks.refusalOf(leg.slug, text) ?? null;
  if (refusal !== null) void tell(facts, leg, refusal, handle);
  return refusal !== null;
}

/**
 * A JSON answer of one server, which comes in one piece, with its tasks under their names at the aggregate. It is read no further than its
 * reader asks, since whoever asks for more has written what came before.
 */
export function namedAnswer(body: AsyncIterable<Uint8Array>, slug: string): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const read = await source.next();
      const text = read.done === true ? null : withOuterTasks(decoder.decode(read.value), slug);
      return text === null ? read : { done: false, value: encoder.encode(text) };
    },
    async return() {
      await source.return?.();
      return DONE;
    },
  };
  return iterator;
}
