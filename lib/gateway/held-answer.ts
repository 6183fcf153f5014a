import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from './denial';
import { STREAM_HEADERS } from './exchange';
import type { RequestFacts } from './facts';
import type { ForwardContext } from './forward-context';
import { type HoldTimes, Waiting } from './held-calls';
import { JsonAsEvent } from './json-as-event';
import { KeptAlive } from './kept-alive';
import { subjectOf } from './live-calls';
import type { GatewayResponse } from './request';
import { logFailure } from './request-end';
import type { Decided } from './stages/decide';
import { errorText } from './wire/respond';
import { encodeComment, encodeEvent } from './wire/sse';

type Work = (waiting: Waiting) => Promise<Result<GatewayResponse, Denial>>;

/**
 * Answers a call that may have to wait for a person. What is known within a moment is answered as it is; after that the
 * answer begins as a stream, so that client and proxies see life in it, and ends with the same message.
 */
export async function answerHeld(call: Decided, context: ForwardContext, work: Work): Promise<Result<GatewayResponse, Denial>> {
  const waiting = new Waiting();
  const { signal } = call.request;
  const leave = (): void => waiting.leave();
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  const key = `${typeof call.message.id} ${call.message.id}`;
  const { session } = call;
  session?.held.set(key, leave);
  // Other sessions of the grant must not push out the one that a person is asked for.
  if (session !== null) session.openStreams++;
  const forget = context.live.add({ subject: subjectOf(call), stop: (kill) => waiting.kill(kill) });
  const answered = work(waiting)
    .then((result) => (result.ok ? result.value : context.answerRefusal(call, result.error)))
    .catch((error: unknown) => failed(call, context, error))
    .finally(() => {
      signal.removeEventListener('abort', leave);
      forget();
      if (session === null) return;
      session.openStreams--;
      if (session.held.get(key) === leave) session.held.delete(key);
    });
  const { holdTimes } = context;
  const first = await Promise.race([answered, after(holdTimes.graceMs)]);
  if (first !== null) return ok(first);
  return ok({ status: 200, headers: STREAM_HEADERS, body: new HeldBody(answered, waiting, call, holdTimes) });
}

function failed(facts: RequestFacts, context: ForwardContext, error: unknown): GatewayResponse {
  logFailure(facts, context.ports, error);
  const body = errorText(facts, -32603, 'The gateway failed; the fault is recorded in its log.', null);
  return { status: 500, headers: { 'content-type': 'application/json' }, body };
}

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };
const BROKEN_WORDS = 'The answer of the server broke off. Whether the call had an effect is unknown; do not repeat it unseen.';

/** Comments and progress until the answer is there, then the answer as the last message of the stream. */
export class HeldBody implements AsyncIterableIterator<Uint8Array> {
  private rest: AsyncIterator<Uint8Array> | null = null;
  private begun = false;
  private done = false;
  private beats = 0;

  constructor(
    private readonly answered: Promise<GatewayResponse>,
    private readonly waiting: Waiting,
    private readonly call: Decided,
    private readonly times: HoldTimes,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.done) return DONE;
    if (this.rest !== null) return this.rest.next();
    if (!this.begun) {
      this.begun = true;
      return { done: false, value: encodeComment('waiting for a person') };
    }
    const message = this.waiting.takeMessage();
    if (message !== undefined) return { done: false, value: encodeEvent(message) };
    const said = new Promise<null>((resolve) => this.waiting.whenSaid(() => resolve(null)));
    const answer = await Promise.race([this.answered, after(this.times.commentEveryMs), said]);
    this.waiting.whenSaid(null);
    if (this.done) return DONE;
    if (answer !== null) return this.begin(answer);
    return { done: false, value: this.beat() };
  }

  /** The client left, or the host stops early. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.waiting.leave();
    if (!this.done) {
      this.done = true;
      if (this.rest !== null) await this.rest.return?.();
      // What has been forwarded meanwhile is let go of as if its answer had begun.
      else void this.answered.then((answer) => iteratorOf(answer.body)?.return?.()).catch(() => {});
    }
    return DONE;
  }

  private begin({ headers, body }: GatewayResponse): Promise<IteratorResult<Uint8Array>> | IteratorResult<Uint8Array> {
    if (body === null || typeof body === 'string') {
      this.done = true;
      return body === null ? DONE : { done: false, value: encodeEvent(body) };
    }
    const iterator = body[Symbol.asyncIterator]();
    const rest =
      headers['content-type'] === 'text/event-stream'
        ? iterator
        : new JsonAsEvent(iterator, () => errorText(this.call, -32603, BROKEN_WORDS, null));
    this.rest = new KeptAlive(rest, this.times.commentEveryMs);
    return this.rest.next();
  }

  private beat(): Uint8Array {
    this.beats++;
    const every = Math.max(1, Math.round(this.times.progressEveryMs / this.times.commentEveryMs));
    const token = progressTokenOf(this.call);
    const { approval } = this.waiting;
    if (token === null || approval === null || this.beats % every !== 0) return encodeComment('waiting for a person');
    // Far below one, so that what the server itself reports afterwards still grows.
    const progress = Math.round(this.beats / every) / 1e6;
    const params = { progressToken: token, progress, message: `Waiting for approval ${approval.id}` };
    return encodeEvent(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }));
  }
}

/** What a client sends along when it wants to hear of progress. */
export function progressTokenOf(call: Decided): string | number | null {
  const meta = call.message.params?._meta;
  const token = typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>).progressToken : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : null;
}

function iteratorOf(body: GatewayResponse['body']): AsyncIterator<Uint8Array> | null {
  return body === null || typeof body === 'string' ? null : body[Symbol.asyncIterator]();
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    (timer as { unref?: () => void }).unref?.();
  });
}
