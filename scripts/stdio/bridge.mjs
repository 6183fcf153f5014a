import { createConnection, textOf } from './connection.mjs';
import { mirroredHeaders, statelessVersion } from './mirrored-headers.mjs';
import { Session } from './session.mjs';
import { readEvents } from './sse.mjs';

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const PARSE_ERROR = -32700;
const BRIDGE_ERROR = -32000;
const RESUME_TRIES = 5;
const RETRY_MS = 1_000;

/**
 * Messages of a client to the gateway and back, each as the bytes that came. Requests run side by side; a notification or
 * response is taken by the gateway before what the client sent after it goes out.
 */
export class Bridge {
  /** Requests under way, by id: how to let go of one of the stateless revision. */
  #running = new Map();
  #work = new Set();
  #before = Promise.resolve();
  #schemas = new Map();
  #closing = new AbortController();

  constructor({ url, token, write, warn }) {
    this.connection = createConnection(url, token);
    this.write = write;
    this.warn = warn;
    this.session = new Session(
      this.connection,
      (text) => (parse(text) === null ? warn('the stream carried no JSON-RPC message') : this.#tell(text)),
      warn,
      this.#closing.signal,
    );
  }

  /** One line of the client. */
  take(line) {
    const message = parse(line.toString('utf8'));
    if (message === null || !isMessage(message)) {
      this.warn('the client sent a line that is no JSON-RPC message');
      void this.#fail(null, PARSE_ERROR, 'This line is no JSON-RPC message. Batches are not taken.');
      return;
    }
    if (message.method === 'notifications/cancelled' && this.#letGo(message)) return;
    const before = this.#before;
    const work = before.then(() => this.#send(message, line)).catch((error) => this.#lost(message, error));
    if (message.method === undefined || message.id === undefined) this.#before = work;
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
  }

  /** Ends the session, after what is under way or `graceMs`. */
  async close(graceMs) {
    if (graceMs > 0) await Promise.race([Promise.all(this.#work), new Promise((resolve) => setTimeout(resolve, graceMs))]);
    this.#closing.abort();
    await this.session.end();
    this.connection.close();
  }

  /** The stateless revision cancels by letting go of the answer; older ones send the notification. */
  #letGo({ params }) {
    const running = this.#running.get(params?.requestId);
    if (running === undefined) return false;
    running.abort();
    return true;
  }

  async #send(message, line) {
    const version = statelessVersion(message);
    const isRequest = message.method !== undefined && message.id !== undefined;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#closing.signal]);
    if (version !== null && isRequest) this.#running.set(message.id, controller);
    try {
      if (version === null) await this.#sendInSession(message, line, signal);
      else await this.#answer(message, await this.#post(line, mirroredHeaders(message, version, this.#schemas), signal), null, signal);
    } catch (error) {
      // Nobody waits for the answer any more.
      if (!signal.aborted) throw error;
    } finally {
      this.#running.delete(message.id);
    }
  }

  async #sendInSession(message, line, signal) {
    if (message.method !== 'initialize') await this.session.ready();
    const id = this.session.id;
    let answer = await this.#post(line, this.session.headers(), signal);
    if (answer.status === 404 && message.method !== 'initialize' && id !== null) {
      answer.body.resume();
      // Ended there, by a restart perhaps: the client cannot know of sessions, so it gets a new one.
      await this.session.renew(id);
      answer = await this.#post(line, this.session.headers(), signal);
    }
    await this.#answer(message, answer, this.session, signal);
    if (message.method === 'notifications/initialized' && answer.status < 300) this.session.listen();
  }

  #post(line, headers, signal) {
    return this.connection.send('POST', { ...JSON_TYPE, ...headers }, line, signal);
  }

  async #answer(message, { status, headers, body }, session, signal) {
    const type = headers['content-type'] ?? '';
    if (status >= 300) return this.#refused(message, status, await textOf(body));
    const isInitialize = session !== null && message.method === 'initialize';
    if (isInitialize) session.begin(message, headers['mcp-session-id'] ?? null);
    if (type.startsWith('text/event-stream')) return this.#relay(message, body, session, signal);
    const text = await textOf(body);
    if (text.trim() !== '' && (await this.#pass(message, text, session))) return;
    if (message.id !== undefined && message.method !== undefined)
      await this.#fail(
        message.id,
        BRIDGE_ERROR,
        `The gateway took the request with ${status} and answered with no JSON-RPC message. Is CALLGATE_URL right?`,
      );
  }

  /** A stream of an answer; one of the older revisions that breaks off is taken up again where it was. */
  async #relay(message, body, session, signal) {
    let [stream, last, retryMs, answered] = [body, null, RETRY_MS, false];
    const of = session?.id;
    for (let tries = 0; ; tries++) {
      try {
        for await (const { id, data, retry } of readEvents(stream)) {
          last = id ?? last;
          retryMs = retry ?? retryMs;
          if (data === null || data === '') continue;
          answered ||= isAnswerTo(message, parse(data));
          await this.#pass(message, data, session);
        }
      } catch (error) {
        if (signal.aborted) throw error;
      }
      if (answered || message.id === undefined) return;
      // The answer is kept in the session that the request went in.
      if (session === null || last === null || tries >= RESUME_TRIES || session.id !== of)
        return this.#fail(
          message.id,
          BRIDGE_ERROR,
          'The connection to the gateway broke off before the answer. Whether the call had an effect is unknown.',
        );
      await new Promise((resolve) => setTimeout(resolve, Math.min(retryMs, 30_000)));
      const again = await session.resume(last, signal).catch(() => null);
      if (again !== null) stream = again;
    }
  }

  /** Learns what later requests depend on, and hands the text on as it is. */
  async #pass(message, text, session) {
    const parsed = parse(text);
    if (parsed === null) {
      // A login page of a proxy, say: the client could read nothing after it.
      this.warn('what answers there is no JSON-RPC message, and was left out');
      return false;
    }
    const result = message.method === 'initialize' || message.method === 'tools/list' ? parsed.result : undefined;
    if (session !== null && message.method === 'initialize' && typeof result?.protocolVersion === 'string')
      session.version = result.protocolVersion;
    if (message.method === 'tools/list' && Array.isArray(result?.tools))
      for (const tool of result.tools) if (typeof tool?.name === 'string') this.#schemas.set(tool.name, tool.inputSchema ?? {});
    await this.#tell(text);
    return true;
  }

  async #refused(message, status, text) {
    const answer = parse(text);
    const said = typeof answer?.error?.message === 'string' ? answer.error.message : text.trim().slice(0, 300);
    this.warn(`the gateway answered ${status}: ${said}`);
    if (message.id === undefined || message.method === undefined) return;
    if (answer?.error === undefined)
      return this.#fail(message.id, BRIDGE_ERROR, `The gateway answered ${status}: ${said || 'nothing more'}`);
    if (answer.id === message.id) return this.#tell(text);
    await this.#tell(JSON.stringify({ jsonrpc: '2.0', id: message.id, error: answer.error }));
  }

  async #lost(message, error) {
    this.warn(error.message);
    if (message.id !== undefined && message.method !== undefined) await this.#fail(message.id, BRIDGE_ERROR, error.message);
  }

  #fail(id, code, message) {
    return this.#tell(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
  }

  /** Line breaks stand only between the members of JSON, where a space means the same. */
  #tell(text) {
    return this.write(text.trim().replace(/[\r\n]+/g, ' '));
  }
}

/** A request, notification or response; anything else would have no answer that could be told to belong to it. */
const isMessage = ({ id, method, result, error }) =>
  typeof method === 'string' || (id !== undefined && (result !== undefined || error !== undefined));
const isAnswerTo = (message, answer) => answer !== null && answer.method === undefined && answer.id === message.id;

/** null for what is no JSON object. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
