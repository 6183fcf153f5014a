import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { type RequestFacts, rpcIdOf, toolOf } from './facts';
import type { GatewayPorts, Span, SpanAttributes, TraceContext } from './ports';
import { isByChannel } from './upstream-port';
import type { Message } from './wire/json-rpc';
import { readTraceContext, traceIdOf } from './wire/trace-context';

const RPC_ID_MAX = 100;

/** Learns which trace the request belongs to and begins its span; nothing at the second time. */
export function beginTrace(facts: RequestFacts, { tracing }: Pick<GatewayPorts, 'tracing'>): void {
  if (facts.span !== null) return;
  facts.carried ??= carriedBy(facts);
  if (tracing === undefined) return;
  // Strangers do not decide which traces are kept, nor join those of others.
  facts.span = tracing.begin(nameOf(facts), facts.grant === null ? null : facts.carried, facts.startedMs);
  facts.span.set(attributesOf(facts));
}

/** The hop to the server; one that was begun before (and is tried again) ends here. */
export function beginHop(facts: RequestFacts): Span | null {
  facts.hop?.end('retried');
  facts.hop = facts.span?.child(nameOf(facts), 'client') ?? null;
  facts.hop?.set({ ...attributesOf(facts), 'network.transport': facts.server?.target.transport === 'stdio' ? 'pipe' : 'tcp' });
  return facts.hop;
}

/** Runs one step of a call as a span of its own; `failureOf` says in a word why it failed. */
export async function traced<T>(
  facts: RequestFacts,
  name: string,
  work: () => Promise<T>,
  failureOf: (value: T) => string | null = () => null,
): Promise<T> {
  if (facts.span === null) return work();
  const span = facts.span.child(name, 'internal');
  try {
    const value = await work();
    span.end(failureOf(value));
    return value;
  } catch (error) {
    span.end('exception');
    throw error;
  }
}

/** For log lines: the trace this request belongs to, ours or the caller's. */
export function traceFacts(facts: RequestFacts): { traceId?: string } {
  const context = facts.span?.context ?? facts.carried;
  return context === null ? {} : { traceId: traceIdOf(context) };
}

/** For the headers of the hop: our span where requests are traced, else what the caller's headers say, unchanged. */
export function traceHeaders(facts: RequestFacts): Record<string, string> {
  const context = facts.hop?.context ?? readTraceContext(facts.headers?.traceparent, facts.headers?.tracestate);
  return context === null ? {} : membersOf(context);
}

/**
 * The message with the trace in `_meta`, where revisions of MCP since 2026-07-28 carry it, and where a channel without
 * headers can. What the caller wrote there itself stays as it is unless the request is traced here.
 */
export function withTrace(facts: RequestFacts, message: Message): Message {
  if (message.kind !== 'request' || message.method === 'initialize') return message;
  const given = metaOf(message);
  const channel = facts.server === null || isByChannel(facts.server.target, facts.era);
  const context = facts.hop?.context ?? (channel && given?.traceparent === undefined ? facts.carried : null);
  if (context === null || !(channel || facts.era === 'modern' || given?.traceparent !== undefined)) return message;
  const { tracestate: _old, ...meta } = given ?? {};
  return { ...message, params: { ...message.params, _meta: { ...meta, ...membersOf(context) } } };
}

function membersOf({ traceparent, tracestate }: TraceContext): Record<string, string> {
  return tracestate === null ? { traceparent } : { traceparent, tracestate };
}

/** MCP has the message itself say which trace it belongs to; the headers may be those of a connection that others share. */
function carriedBy({ headers, message }: RequestFacts): TraceContext | null {
  const meta = message === null ? undefined : metaOf(message);
  return readTraceContext(meta?.traceparent, meta?.tracestate) ?? readTraceContext(headers?.traceparent, headers?.tracestate);
}

function metaOf({ params }: Message): JsonObject | undefined {
  return isJsonObject(params?._meta) ? params._meta : undefined;
}

/** Names are few: a tool is named only if the catalogue has it. */
function nameOf(facts: RequestFacts): string {
  const method = facts.message?.method || facts.request.method;
  const tool = knownTool(facts);
  return tool === null ? method : `${method} ${tool}`;
}

function knownTool(facts: RequestFacts): string | null {
  const tool = toolOf(facts);
  return tool !== null && facts.server?.catalogue.has(tool) === true ? tool : null;
}

function attributesOf(facts: RequestFacts): SpanAttributes {
  const { message, server, grant, headers, session } = facts;
  const attributes: Record<string, string> = { 'network.protocol.name': 'http' };
  if (message?.method) attributes['mcp.method.name'] = message.method;
  if (message?.method === 'tools/call') attributes['gen_ai.operation.name'] = 'execute_tool';
  const tool = knownTool(facts);
  if (tool !== null) attributes['gen_ai.tool.name'] = tool;
  const id = rpcIdOf(facts);
  if (id !== null) attributes['jsonrpc.request.id'] = String(id).slice(0, RPC_ID_MAX);
  const version = headers?.protocolVersion ?? session?.version;
  if (version) attributes['mcp.protocol.version'] = version;
  if (server !== null) attributes['callgate.server'] = server.slug;
  if (grant !== null) {
    attributes['callgate.agent'] = grant.agent.slug;
    attributes['callgate.grant'] = grant.id;
  }
  return attributes;
}
