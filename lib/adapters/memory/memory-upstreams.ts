import {
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamRequest,
  type UpstreamSession,
  type Upstreams,
  type UpstreamTarget,
} from '@/lib/gateway/upstream-port';

export type Script = (request: UpstreamRequest, target: UpstreamTarget) => UpstreamReply | Promise<UpstreamReply>;

/** An upstream that answers by script and remembers everything it was sent. Unscripted methods are echoed as a tool result. */
export class MemoryUpstreams implements Upstreams {
  readonly posts: UpstreamRequest[] = [];
  readonly ended: UpstreamSession[] = [];
  /** By JSON-RPC method; the empty method is a posted response. */
  readonly scripts = new Map<string, Script>();
  onListen: (session: UpstreamSession | null, signal: AbortSignal) => UpstreamReply = () => ({
    status: 405,
    contentType: null,
    sessionId: null,
    body: null,
  });

  /** Messages of this method that reached the upstream. */
  count(method: string): number {
    return this.posts.filter((post) => post.method === method).length;
  }

  async post(target: UpstreamTarget, request: UpstreamRequest): Promise<UpstreamReply> {
    this.posts.push(request);
    const script = this.scripts.get(request.method);
    if (script !== undefined) return script(request, target);
    if (request.rpcId === null || request.method === '') return { status: 202, contentType: null, sessionId: null, body: null };
    return jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: { content: [{ type: 'text', text: request.body }] } });
  }

  async listen(_target: UpstreamTarget, request: { session: UpstreamSession | null; signal: AbortSignal }): Promise<UpstreamReply> {
    return this.onListen(request.session, request.signal);
  }

  async end(_target: UpstreamTarget, session: UpstreamSession): Promise<number> {
    this.ended.push(session);
    return 200;
  }
}

/** A whole JSON answer. */
export function jsonReply(value: unknown, status = 200, sessionId: string | null = null): UpstreamReply {
  return { status, contentType: 'application/json', sessionId, body: chunks([JSON.stringify(value)]) };
}

/** A stream of the given texts, one chunk each. */
export function streamReply(texts: Iterable<string> | AsyncIterable<string>, sessionId: string | null = null): UpstreamReply {
  return { status: 200, contentType: 'text/event-stream', sessionId, body: chunks(texts) };
}

export function failing(sent: boolean): Script {
  return () => {
    throw new UpstreamFailure('connect ECONNREFUSED', sent);
  };
}

async function* chunks(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
