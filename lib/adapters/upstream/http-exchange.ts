import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { ByteQueue } from './byte-queue';
import { failureSentence } from './failure-sentence';

export interface ExchangeRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: AbortSignal | null;
  /** Longest silence, before the first byte and between bytes; null for streams that may be quiet for ever. */
  readonly idleMs: number | null;
  /** Longest body that is no event stream, and longest single event of one that is. */
  readonly bodyBytesMax: number;
}

export interface ExchangeReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or left by `return()`; the connection is held until then. */
  readonly body: ByteQueue;
}

/**
 * One HTTP exchange on a pool by undici's dispatch (a seventh of the cost of fetch), with its own deadlines. Rejects with
 * `UpstreamFailure`; `sent` is true from the moment the request is written to a socket, which is after connecting.
 */
export function exchange(pool: Dispatcher, request: ExchangeRequest): Promise<ExchangeReply> {
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted === true) {
      reject(new UpstreamFailure('The call was cancelled before it was sent.', false));
      return;
    }
    const handler = new ExchangeHandler(request, resolve, reject);
    try {
      pool.dispatch(
        // `idempotent: false`: undici must never send a call twice.
        {
          path: request.path,
          method: request.method,
          headers: request.headers,
          body: request.body,
          idempotent: false,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      handler.onResponseError(null, error as Error);
    }
  });
}

const BLANK_LINES = ['\n\n', '\n\r\n', '\r\r'];

class ExchangeHandler implements Dispatcher.DispatchHandler {
  private readonly body: ByteQueue;
  private controller: Dispatcher.DispatchController | null = null;
  private settled = false;
  private finished = false;
  private stopReason: UpstreamFailure | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isEventStream = false;
  private countedBytes = 0;
  /** The last bytes of the chunk before: a blank line may stand across two. */
  private seam = '';
  private readonly onAbort = (): void => this.stop(new UpstreamFailure('The call was cancelled.', this.controller !== null));

  constructor(
    private readonly request: ExchangeRequest,
    private readonly resolve: (reply: ExchangeReply) => void,
    private readonly reject: (failure: UpstreamFailure) => void,
  ) {
    this.body = new ByteQueue({
      pause: () => this.controller?.pause(),
      resume: () => this.controller?.resume(),
      abandoned: () => this.stop(new UpstreamFailure('The reader left.', true)),
    });
    request.signal?.addEventListener('abort', this.onAbort, { once: true });
    this.armTimer();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.finished) controller.abort(this.stopReason ?? new Error('stopped before it was sent'));
    else this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.armTimer();
    this.isEventStream = /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
    const refusal = this.refusalOf(status, headers);
    if (refusal !== null) {
      this.stop(refusal);
      return;
    }
    this.settled = true;
    this.resolve({ status, headers, body: this.body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.finished) return;
    this.armTimer();
    // An event stream may go on for ever; only a single event is bounded, by the distance between blank lines.
    this.countedBytes = this.isEventStream && this.endsEvent(chunk) ? 0 : this.countedBytes + chunk.byteLength;
    if (this.countedBytes > this.request.bodyBytesMax) this.stop(this.tooLarge());
    else this.body.push(chunk);
  }

  onResponseEnd(): void {
    this.finish();
    this.body.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.finished) return;
    this.finish();
    this.deliver(this.stopReason ?? new UpstreamFailure(failureSentence(error), this.controller !== null, { cause: error }));
  }

  /** Whether a blank line ends with this chunk or inside of it, by any of the line ends of event streams. */
  private endsEvent(chunk: Buffer): boolean {
    const across = this.seam + chunk.toString('latin1', 0, 3);
    this.seam = (this.seam + chunk.toString('latin1', Math.max(0, chunk.length - 3))).slice(-3);
    return BLANK_LINES.some((blank) => across.includes(blank) || chunk.includes(blank));
  }

  private refusalOf(status: number, headers: IncomingHttpHeaders): UpstreamFailure | null {
    if (status >= 300 && status < 400 && status !== 304) return new UpstreamFailure(redirectSentence(status, headers.location), true);
    const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
    if (encoding !== 'identity')
      return new UpstreamFailure(`The upstream compressed its answer (${encoding.slice(0, 40)}) although it was asked not to.`, true);
    return !this.isEventStream && Number(headers['content-length'] ?? 0) > this.request.bodyBytesMax ? this.tooLarge() : null;
  }

  private tooLarge(): UpstreamFailure {
    const what = this.isEventStream ? 'sent an event' : 'answered with a body';
    return new UpstreamFailure(`The upstream ${what} larger than ${this.request.bodyBytesMax} bytes.`, true);
  }

  private armTimer(): void {
    if (this.request.idleMs === null) return;
    if (this.timer !== null) this.timer.refresh();
    else
      this.timer = setTimeout(
        () => this.stop(new UpstreamFailure(`The upstream was silent for ${this.request.idleMs} ms.`, this.controller !== null)),
        this.request.idleMs,
      ).unref();
  }

  /** Ends the exchange for a reason of our own; idempotent. */
  private stop(failure: UpstreamFailure): void {
    if (this.finished) return;
    this.stopReason = failure;
    this.finish();
    this.controller?.abort(failure);
    this.deliver(failure);
  }

  private finish(): void {
    this.finished = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.request.signal?.removeEventListener('abort', this.onAbort);
  }

  private deliver(failure: UpstreamFailure): void {
    if (this.settled) this.body.fail(failure);
    else this.reject(failure);
    this.settled = true;
  }
}

function redirectSentence(status: number, location: string | undefined): string {
  // Only origin and path: a query may hold a token.
  const target = location === undefined ? 'another address' : location.replace(/[?#].*$/, '').slice(0, 300);
  return `The upstream answers ${status} and redirects to ${target}. Callgate follows no redirects, because they could carry credentials elsewhere; register the final address.`;
}
