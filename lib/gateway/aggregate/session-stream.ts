import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import { STREAM_HEADERS } from '../exchange';
import { FilteredEvents } from '../filtered-events';
import { discard } from '../relayed-body';
import type { GatewayResponse } from '../request';
import { MODERN_VERSION } from '../wire/eras';
import { encodeEvent, type SseEvent } from '../wire/sse';
import type { AggregateContext, AggregateStream } from './aggregate-call';
import type { AggregateSession } from './aggregate-sessions';
import { legRequest, openBefore } from './leg-request';
import { MergedBody } from './merged-body';
import { passedEvent } from './pass-event';
import type { Reached } from './reach';
import { readEventId, type StreamKind } from './rewrite';
import { CHANGES, watchReach } from './watch';

const METHOD_NOT_ALLOWED = { http: 405, message: 'This revision has no stream of its own.' };
/** A server that closes its stream expects its client back. */
const AGAIN_MS = 1_000;

/** GET: what all servers of a session say by themselves, on one stream, for as long as the credential is good. Legacy only. */
export async function listen(stream: AggregateStream, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { facts, session } = stream;
  if (facts.headers.protocolVersion === MODERN_VERSION) return refuse('request.unknown_method', METHOD_NOT_ALLOWED);
  if (session === null) return refuse('request.invalid', { message: 'A stream belongs to a session: send Mcp-Session-Id.' });
  const resumed = facts.headers.lastEventId === null ? null : readEventId(facts.headers.lastEventId);
  if (resumed?.kind === 'p') {
    const one = stream.reached.find(({ server }) => server.slug === resumed.slug);
    const body =
      one === undefined ? null : await openStream(stream, session, one, resumed.id, context, 'p', facts.request.signal, () => {});
    return body === null
      ? refuse('request.invalid', { http: 404, message: 'There is nothing to resume under this event id.' })
      : ok({ status: 200, headers: STREAM_HEADERS, body });
  }
  return ok({ status: 200, headers: STREAM_HEADERS, body: new SessionStream(stream, session, context, resumed).body });
}

type Resumed = ReturnType<typeof readEventId>;

class SessionStream {
  readonly body: MergedBody;
  private reached: readonly Reached[];

  constructor(
    private readonly stream: AggregateStream,
    private readonly session: AggregateSession,
    private readonly context: AggregateContext,
    resumed: Resumed,
  ) {
    this.reached = stream.reached;
    const stop = watchReach(stream, context, { changed: this.changed, ended: () => this.body.close() });
    this.body = new MergedBody(() => {
      stop();
      context.open.delete(close);
      session.streams.delete(this.body);
      session.onReady.delete(this.ready);
    });
    const close = (): void => this.body.close();
    context.open.add(close);
    session.streams.add(this.body);
    session.onReady.add(this.ready);
    for (const one of this.reached) {
      const held = session.legs.get(one.server.id);
      if (held?.opened?.failure === null) void this.follow(one, resumed?.slug === one.server.slug ? resumed.id : null);
    }
  }

  /** A server has just been opened. One that the client was told to be without is news to it. */
  private readonly ready = (serverId: string, late: boolean): void => {
    const one = this.reached.find(({ server }) => server.id === serverId);
    if (one !== undefined) void this.follow(one, null);
    if (late) this.tellChanged();
  };

  private readonly changed = (reached: readonly Reached[]): void => {
    this.context.sessions.prune(this.session, reached);
    this.reached = reached;
    this.tellChanged();
  };

  private tellChanged(): void {
    for (const method of CHANGES) this.body.push(encodeEvent(JSON.stringify({ jsonrpc: '2.0', method })));
  }

  private async follow(one: Reached, lastEventId: string | null): Promise<void> {
    let last = lastEventId;
    const held = this.session.legs.get(one.server.id);
    const body = await openStream(this.stream, this.session, one, last, this.context, 'g', this.body.signal, (id) => {
      last = id;
    });
    if (body === null) return;
    this.body.add(body, () => {
      const timer = setTimeout(() => {
        if (!this.body.isOver && this.session.legs.get(one.server.id) === held) void this.follow(one, last);
      }, AGAIN_MS);
      (timer as { unref?: () => void }).unref?.();
    });
  }
}

/** The stream of one server in this session, as long as `signal` does not say otherwise; null when it has none. */
async function openStream(
  stream: AggregateStream,
  session: AggregateSession,
  { server }: Reached,
  lastEventId: string | null,
  context: AggregateContext,
  kind: StreamKind,
  signal: AbortSignal,
  onId: (id: string) => void,
): Promise<AsyncIterable<Uint8Array> | null> {
  const opened = session.legs.get(server.id)?.opened ?? null;
  if (opened === null || opened.sessionId === null) return null;
  const leg = { slug: server.slug, era: opened.era, sessionId: opened.sessionId };
  const { response, abort } = await openBefore(signal, (ended) =>
    context.handle(legRequest(stream.facts, leg, null, { signal: ended, cancels: true, method: 'GET', lastEventId })),
  );
  const { body } = response;
  if (body === null || typeof body === 'string') return null;
  if (response.status !== 200) {
    discard(body);
    return null;
  }
  const rewrite = (event: SseEvent): Uint8Array => {
    if (event.id !== null) onId(event.id);
    return passedEvent(event, leg, kind, stream, context);
  };
  return new FilteredEvents(body, rewrite, abort);
}
