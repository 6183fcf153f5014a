import { REASONS } from '@/lib/domain/reasons';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import { ACCEPTED, STREAM_HEADERS } from '../exchange';
import type { GatewayRequest, GatewayResponse } from '../request';
import type { Granted, GrantedStream } from '../stages/grant';
import type { Identified } from '../stages/identify';
import { ClientStream, type StreamParts } from './client-stream';
import { messageOf, openingOf } from './inner-request';
import { type Place, streamIn } from './place';

/** What the walk tells of a request that this face makes, and asks before it goes on. */
export interface FaceHook {
  /** A GET that may open a stream: the answer to it. */
  open?(call: GrantedStream): GatewayResponse;
  /** It is known who sent a message. */
  identified?(call: Identified): void;
  /** The grant is good for the message; a failure refuses it still. */
  granted?(call: Granted): Result<null, Denial>;
}

interface FaceParts extends Omit<StreamParts, 'forget'> {
  /** The walk that every request takes. Never rejects. */
  readonly walk: (request: GatewayRequest, hook: FaceHook) => Promise<GatewayResponse>;
  readonly perGrantMax: number;
}

const NOT_HERE = 'This stream is not open at this node; open it again. Behind a load balancer, a client has to stay at one node.';

/**
 * `/mcp/{server}/sse` and `/mcp/{server}/messages`, the transport of 2024-11-05. It decides nothing: opening the stream and each
 * message are requests to the endpoint of the server, with the client's own credential, that take the whole walk there. An
 * address of a stream is of no use to anybody but the grant that opened it.
 */
export class HttpSseFace {
  private readonly streams = new Map<string, ClientStream>();
  private readonly streamParts: StreamParts;

  constructor(private readonly parts: FaceParts) {
    this.streamParts = { ...parts, forget: ({ id }) => this.streams.delete(id) };
  }

  answer(request: GatewayRequest, { slug, kind }: Place): Promise<GatewayResponse> {
    return kind === 'sse' ? this.open(request, slug) : this.send(request, slug);
  }

  private open(request: GatewayRequest, slug: string): Promise<GatewayResponse> {
    return this.parts.walk(openingOf(request, slug), {
      open: (call) => {
        this.makeRoom(call.grant.id);
        const stream = new ClientStream(call, this.streamParts);
        if (!stream.body.isOver) this.streams.set(stream.id, stream);
        return { status: 200, headers: STREAM_HEADERS, body: stream.body };
      },
    });
  }

  private async send(request: GatewayRequest, slug: string): Promise<GatewayResponse> {
    const stream = this.streams.get(streamIn(request.query) ?? '');
    const inner = messageOf(request, slug, stream?.sessionId ?? null, stream?.signal ?? request.signal);
    const seen: { own: boolean; granted: Granted | null } = { own: false, granted: null };
    let letIn = (): void => {};
    const isIn = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const answering = this.parts.walk(inner, {
      identified: ({ grant }) => {
        seen.own = grant.id === stream?.grantId;
      },
      granted: (call) => {
        if (stream === undefined) return refuse('request.unknown_session', { message: NOT_HERE });
        const refused = stream.admit(call);
        if (refused !== null) return refused;
        seen.granted = call;
        letIn();
        return ok(null);
      },
    });
    await Promise.race([isIn, answering]);
    const { own, granted } = seen;
    if (stream === undefined || granted === null) return this.refused(own ? stream : undefined, await answering);
    if (granted.message.kind === 'request') {
      this.inBackground(stream.take(granted, answering));
      return ACCEPTED;
    }
    const answer = await answering;
    if (granted.message.method === 'notifications/initialized' && answer.status < 300) this.inBackground(stream.follow());
    return answer;
  }

  /** What is not let in is answered by the status. Where that says nothing, the refusal belongs where the client reads answers. */
  private refused(own: ClientStream | undefined, answer: GatewayResponse): GatewayResponse {
    if (answer.status >= 300 || typeof answer.body !== 'string') return answer;
    if (own === undefined) return { ...answer, status: REASONS['request.unknown_session'].http };
    this.inBackground(own.say(answer.body));
    return ACCEPTED;
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { log } = this.parts.context.ports;
      log.error('the stream of a client failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  }

  private makeRoom(grantId: string): void {
    const own = [...this.streams.values()].filter((stream) => stream.grantId === grantId);
    if (own.length < this.parts.perGrantMax) return;
    const idle = own.filter(({ sessionId }) => sessionId === null);
    const oldest = (idle.length > 0 ? idle : own).reduce((a, b) => (a.lastUsedMs <= b.lastUsedMs ? a : b));
    oldest.body.drop();
  }
}
