import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { GatewayPorts } from './ports';
import { collect, discard } from './relayed-body';
import type { Session, SessionStore } from './sessions';
import type { UpstreamReply, UpstreamTarget } from './upstream-port';
import { idKey } from './wire/json-rpc';
import { SseParser } from './wire/sse';

const PROFILE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'callgate', version: '1' } };
const INITIALIZE = JSON.stringify({ jsonrpc: '2.0', id: 'callgate', method: 'initialize', params: PROFILE });
const INITIALIZED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
const RESULT_BYTES_MAX = 4 * 1024 * 1024;
const SESSIONS_MAX = 16;
const decoder = new TextDecoder();

/** An implicit session for one exchange; `release` when its answer has been read. */
export interface Lease {
  readonly session: Session;
  release(): void;
}

interface Held {
  readonly session: Session;
  /** Ids of the requests that run in it. */
  readonly busy: Set<string>;
}

/**
 * Sessions that the gateway opens itself for callers that send requests without one (scripts, curl), at upstreams that
 * insist on one. Bound to the grant like any session. Declares no client capabilities, so that the upstream asks
 * nothing. Two requests with the same id never share a session at the same time: an upstream could not tell them apart.
 */
export class ImplicitSessions {
  private readonly byGrant = new Map<string, Held[]>();
  /** One is opened at a time: what is asked for meanwhile may share it. */
  private readonly opening = new Map<string, Promise<Held | null>>();

  constructor(
    private readonly ports: GatewayPorts,
    private readonly store: SessionStore,
  ) {}

  /** Whether this grant has needed one at this upstream before: then none of its requests is tried without. */
  isNeeded(grantId: string, target: UpstreamTarget): boolean {
    return this.byGrant.has(keyOf(grantId, target));
  }

  /** null when the upstream gives none, or too many are in use. Throws `UpstreamFailure`. */
  async lease(grantId: string, target: UpstreamTarget, rpcId: string | number | null): Promise<Lease | null> {
    const key = keyOf(grantId, target);
    const id = rpcId === null ? '' : idKey(rpcId);
    for (;;) {
      const held = this.alive(key, grantId, target);
      const free = held.find(({ busy }) => !busy.has(id));
      if (free !== undefined) return lease(free, id);
      if (held.length >= SESSIONS_MAX) return null;
      const opening = this.opening.get(key);
      const opened = await (opening ?? this.openFor(key, grantId, target));
      if (opened === null) return null;
      if (!opened.busy.has(id)) return lease(opened, id);
    }
  }

  private openFor(key: string, grantId: string, target: UpstreamTarget): Promise<Held | null> {
    const opening = this.open(grantId, target)
      .then((session) => {
        if (session === null) return null;
        const held: Held = { session, busy: new Set() };
        this.byGrant.set(key, [...this.alive(key, grantId, target), held]);
        return held;
      })
      .finally(() => this.opening.delete(key));
    this.opening.set(key, opening);
    return opening;
  }

  /** Those that the store still knows; it forgets idle ones and those that the upstream ended. */
  private alive(key: string, grantId: string, target: UpstreamTarget) {
    const nowMs = this.ports.clock.nowMs();
    const held = (this.byGrant.get(key) ?? []).filter(
      ({ session }) => this.store.find(session.id, grantId, target.serverId, nowMs) !== null,
    );
    if (this.byGrant.has(key)) this.byGrant.set(key, held);
    return held;
  }

  private async open(grantId: string, target: UpstreamTarget): Promise<Session | null> {
    const session = this.store.open(grantId, target, PROFILE, null);
    const { signal } = new AbortController();
    const { upstreams } = this.ports;
    const reply = await upstreams.post(target, {
      body: INITIALIZE,
      method: 'initialize',
      rpcId: 'callgate',
      headers: HEADERS,
      session: session.upstream,
      signal,
    });
    const version = await readVersion(reply);
    if (version === null || reply.sessionId === null) return null;
    session.upstream.upstreamId = reply.sessionId;
    session.version = version;
    const headers = { ...HEADERS, 'mcp-protocol-version': version };
    const accepted = await upstreams.post(target, {
      body: INITIALIZED,
      method: 'notifications/initialized',
      rpcId: null,
      headers,
      session: session.upstream,
      signal,
    });
    discard(accepted.body);
    this.store.keep(session);
    return session;
  }
}

const keyOf = (grantId: string, target: UpstreamTarget): string => `${grantId}\n${target.serverId}\n${target.revision}`;

function lease({ session, busy }: Held, id: string): Lease {
  busy.add(id);
  return { session, release: () => busy.delete(id) };
}

/** The agreed version of an answer to `initialize`; null when it is no success. */
async function readVersion(reply: UpstreamReply): Promise<string | null> {
  if (reply.status !== 200 || reply.body === null) {
    discard(reply.body);
    return null;
  }
  const bytes = await collect(reply.body, RESULT_BYTES_MAX).catch(() => null);
  if (bytes === null) return null;
  const texts = reply.contentType?.toLowerCase().startsWith('text/event-stream') ? eventTexts(bytes) : [decoder.decode(bytes)];
  for (const text of texts) {
    const result = resultOf(text);
    if (isJsonObject(result) && typeof result.protocolVersion === 'string') return result.protocolVersion;
  }
  return null;
}

function eventTexts(bytes: Uint8Array): string[] {
  const parser = new SseParser(RESULT_BYTES_MAX);
  return [...parser.push(bytes), ...parser.end()].flatMap((event) => (event.data ? [event.data] : []));
}

function resultOf(text: string): Json | undefined {
  try {
    const message = JSON.parse(text) as Json;
    return isJsonObject(message) ? message.result : undefined;
  } catch {
    return undefined;
  }
}
