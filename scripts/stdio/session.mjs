import { setTimeout as sleep } from 'node:timers/promises';
import { textOf } from './connection.mjs';
import { readEvents } from './sse.mjs';

const STREAM = { accept: 'text/event-stream' };
const MESSAGE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const END_MS = 1_000;
const WAIT_MS = 1_000;
const WAIT_MS_MAX = 30_000;

/** The session of the older revisions: its id and revision, and the stream for what the server says by itself. */
export class Session {
  version = null;
  #id = null;
  #initialize = null;
  #listening = false;
  #renewing = null;
  /** It has ended, and no other one is open yet. */
  #isGone = false;

  constructor(connection, tell, warn, signal) {
    this.connection = connection;
    this.tell = tell;
    this.warn = warn;
    this.signal = signal;
  }

  get id() {
    return this.#id;
  }

  /** Once there is a session again where one has ended; another try where the last one failed. */
  async ready() {
    if (this.#isGone || this.#renewing !== null) await this.#openOnce();
  }

  headers() {
    return {
      ...(this.#id !== null && { 'mcp-session-id': this.#id }),
      ...(this.version !== null && { 'mcp-protocol-version': this.version }),
    };
  }

  /** The gateway answered `initialize`; servers without sessions give no id. */
  begin(initialize, id) {
    this.#initialize = initialize;
    this.#id = id;
    this.#isGone = false;
  }

  /** Opens a session in place of one that ended, as the client opened that. */
  async renew(ended) {
    // Another request has seen to it already.
    if (this.#renewing === null && !this.#isGone && this.#id !== ended) return;
    await this.#openOnce();
  }

  /** One at a time. */
  async #openOnce() {
    this.#renewing ??= this.#open().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  async #open() {
    this.#isGone = true;
    this.#id = null;
    const version = this.version;
    this.version = null;
    const first = await this.#post({ ...this.#initialize, id: 'callgate-stdio' }).finally(() => {
      this.version = version;
    });
    if (first.status !== 200) throw new Error(`The session ended, and the gateway opens no other one (${first.status}).`);
    this.#id = first.headers['mcp-session-id'] ?? null;
    this.#isGone = false;
    await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    this.warn('the session had ended; another one was opened');
    this.listen();
  }

  async #post(message) {
    const answer = await this.connection.send('POST', { ...MESSAGE, ...this.headers() }, Buffer.from(JSON.stringify(message)), this.signal);
    await textOf(answer.body);
    return answer;
  }

  /** Relays what the server says by itself, as long as the session lasts; servers may have no such stream. */
  listen() {
    if (this.#listening || this.signal.aborted) return;
    this.#listening = true;
    void this.#follow()
      .catch(() => {})
      .finally(() => {
        this.#listening = false;
      });
  }

  async #follow() {
    let [id, last, waitMs] = [this.#id, null, WAIT_MS];
    while (!this.signal.aborted) {
      await this.#renewing?.catch(() => {});
      if (this.#isGone) return;
      // What was read of another session says nothing about where this one stands.
      if (this.#id !== id) [id, last] = [this.#id, null];
      try {
        const stream = await this.#stream(last, this.signal);
        if (stream === null && this.#id === id && this.#renewing === null) return;
        if (stream === null) continue;
        waitMs = WAIT_MS;
        for await (const event of readEvents(stream)) {
          const { data, retry } = event;
          last = event.id ?? last;
          waitMs = retry ?? waitMs;
          if (data !== null && data !== '') await this.tell(data);
        }
      } catch {
        waitMs = Math.min(waitMs * 2, WAIT_MS_MAX);
      }
      await sleep(waitMs, undefined, { signal: this.signal, ref: false });
    }
  }

  /** The rest of a stream that broke off; null where it cannot be had. */
  resume(last, signal) {
    return this.#stream(last, signal);
  }

  async #stream(last, signal) {
    const headers = { ...STREAM, ...this.headers(), ...(last !== null && { 'last-event-id': last }) };
    const { status, body } = await this.connection.send('GET', headers, null, signal);
    if (status === 200) return body;
    body.resume();
    if (status >= 500) throw new Error(`the stream was refused with ${status}`);
    return null;
  }

  async end() {
    if (this.#id === null) return;
    const answer = await this.connection.send('DELETE', this.headers(), null, AbortSignal.timeout(END_MS)).catch(() => null);
    answer?.body.resume();
  }
}
