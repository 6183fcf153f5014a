import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenTracing, openTracing } from '@/lib/adapters/otel/tracing';
import { createEgressGuard } from '@/lib/adapters/upstream/egress-guard';
import { createUpstreams, type ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { handleFetch } from '@/lib/hosts/gateway-fetch';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import { OtlpCollector, type ReceivedSpan } from '../fixtures/otlp-collector';
import { newWorld, type World } from './gateway-world';

const TRACE = 'a'.repeat(32);
const PARENT = `00-${TRACE}-${'b'.repeat(16)}-01`;
const OTHER = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;

interface Seen {
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  readonly body: any;
}

/** A real server that remembers what it was asked. */
const seen: Seen[] = [];
let upstream: Server;
let reach: ManagedUpstreams;
let target: UpstreamTarget;
let collector: OtlpCollector;
let tracing: OpenTracing;

beforeAll(async () => {
  upstream = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk) => (text += chunk));
    req.on('end', () => {
      const body = JSON.parse(text);
      seen.push({ headers: req.headers, body });
      const failed = body.params?.arguments?.amount === 13;
      const result = { content: [{ type: 'text', text: 'done' }], isError: failed };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result }));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp`;
  target = { serverId: 'srv_1', slug: 'shop', transport: 'http', url, command: null, args: [], revision: '1' };
  const guard = createEgressGuard({ allowPrivate: [], allowLoopback: true });
  reach = createUpstreams({ secrets: { secretsOf: async () => ({ headers: {}, env: {} }) }, guard, log: { warn() {}, error() {} } });
});

afterAll(async () => {
  await reach.stopAll();
  upstream.closeAllConnections();
  upstream.close();
});

beforeEach(async () => {
  seen.length = 0;
  collector = await OtlpCollector.start();
  tracing = await openTracing({ protocol: 'http/json', endpoint: collector.endpoint }, { version: '1.2.3', node: 'node-a:3000' });
});

afterEach(() => collector.stop());

type Send = (world: World, headers: Record<string, string>, body: unknown) => Promise<void>;

const headersFor = (world: World): Record<string, string> => ({
  host: 'gate.example.com',
  authorization: `Bearer ${world.token}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
});

const hosts: [string, Send][] = [
  [
    'node:http',
    async (world, headers, body) => {
      const server = createServer({ requireHostHeader: false }, createGatewayHttpListener(world.gateway, { trustProxy: false }));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const { request } = await import('node:http');
      await new Promise<void>((resolve, reject) => {
        const sent = request({ port, method: 'POST', path: '/mcp/shop', headers: { ...headersFor(world), ...headers } }, (answer) => {
          answer.resume();
          answer.on('end', resolve);
        });
        sent.on('error', reject);
        sent.end(JSON.stringify(body));
      });
      server.closeAllConnections();
      server.close();
    },
  ],
  [
    'fetch',
    async (world, headers, body) => {
      const all = { ...headersFor(world), ...headers };
      const request = new Request('https://gate.example.com/mcp/shop', { method: 'POST', headers: all, body: JSON.stringify(body) });
      await (await handleFetch(world.gateway, request, null)).text();
    },
  ],
];

const call = (name: string, args: unknown, meta?: unknown) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) },
});
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'refund' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const named = (name: string): ReceivedSpan => {
  const found = collector.spans.find((span) => span.name === name && span.kind !== 3);
  if (!found) throw new Error(`no span ${name} in ${collector.spans.map((span) => span.name).join(', ')}`);
  return found;
};
const hop = (): ReceivedSpan | undefined => collector.spans.find((span) => span.kind === 3);

describe.each(hosts)('a call through the %s host', (_name, send) => {
  it('is a trace of the caller with its steps, and goes on at the server', async () => {
    const world = newWorld({ target, reach, tracing });
    await send(world, { traceparent: PARENT, tracestate: 'vendor=1' }, call('refund', { amount: 5, note: 'secret words' }));
    await tracing.close();
    const server = named('tools/call refund');
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: 'b'.repeat(16), kind: 2, status: 0 });
    expect(server.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'refund',
      'jsonrpc.request.id': '7',
      'callgate.server': 'shop',
      'callgate.agent': 'bot',
      'callgate.decision': 'allowed',
      'callgate.reason': 'policy.allowed',
      'callgate.outcome': 'ok',
      'callgate.event.id': world.last().id,
    });
    expect(server.resource).toMatchObject({ 'service.name': 'callgate', 'service.version': '1.2.3', 'service.instance.id': 'node-a:3000' });
    for (const child of [named('policy decision'), named('admission'), hop() as ReceivedSpan]) {
      expect(child).toMatchObject({ traceId: TRACE, parentSpanId: server.spanId, status: 0 });
      expect(child.startNanos >= server.startNanos && child.endNanos <= server.endNanos).toBe(true);
    }
    expect(seen[0]?.headers).toMatchObject({ traceparent: `00-${TRACE}-${hop()?.spanId}-01`, tracestate: 'vendor=1' });
    // A message that said nothing of a trace is sent as it was decided on.
    expect(seen[0]?.body.params).toEqual({ name: 'refund', arguments: { amount: 5, note: 'secret words' } });
    expect(collector.raw).not.toContain('secret words');
    expect(collector.raw).not.toContain(world.token);
  });

  it('believes the message before the headers, and carries the trace on in both', async () => {
    const world = newWorld({ target, reach, tracing });
    const meta = { ...META, traceparent: PARENT, tracestate: 'vendor=1', progressToken: 'p', 'example.com/own': 1 };
    await send(world, { ...MODERN, traceparent: OTHER }, call('refund', { amount: 5 }, meta));
    await tracing.close();
    const child = `00-${TRACE}-${hop()?.spanId}-01`;
    expect(seen[0]?.headers.traceparent).toBe(child);
    expect(seen[0]?.body.params._meta).toEqual({ ...meta, traceparent: child });
  });

  it('without a collector passes both on unchanged, and never baggage or malformed headers', async () => {
    const world = newWorld({ target, reach });
    const meta = { ...META, traceparent: PARENT };
    await send(world, { ...MODERN, traceparent: OTHER, tracestate: 'a=1', baggage: 'user=ann' }, call('refund', { amount: 5 }, meta));
    expect(seen[0]?.headers).toMatchObject({ traceparent: OTHER, tracestate: 'a=1' });
    expect(seen[0]?.headers.baggage).toBeUndefined();
    expect(seen[0]?.body.params._meta).toEqual(meta);
    for (const bad of ['00-zz-b-01', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, `ff${PARENT.slice(2)}`, `${PARENT}-x`]) {
      await send(world, { traceparent: bad, tracestate: 'a=1' }, call('refund', { amount: 5 }));
      expect([seen.at(-1)?.headers.traceparent, seen.at(-1)?.headers.tracestate]).toEqual([undefined, undefined]);
    }
  });
});

describe('a trace', () => {
  const body = (name: string, args: unknown) => ({ body: call(name, args), headers: { traceparent: PARENT } });

  it('tells a refusal from a failure', async () => {
    const world = newWorld({ target, reach, tracing });
    await (await world.send(body('refund', { amount: 1000 }))).text();
    await (await world.send(body('refund', { amount: 13 }))).text();
    await (await world.send(body('no such tool, and a very hostile name', {}))).text();
    await tracing.close();
    const [denied, failed, unknown] = collector.spans.filter((span) => span.kind === 2);
    expect(denied).toMatchObject({ name: 'tools/call refund', status: 0 });
    expect(denied?.attributes).toMatchObject({ 'callgate.decision': 'denied', 'callgate.reason': 'argument.denied' });
    expect(failed).toMatchObject({ status: 2, attributes: { 'error.type': 'tool_error', 'callgate.outcome': 'tool_error' } });
    // What no catalogue knows makes no new names.
    expect(unknown?.name).toBe('tools/call');
    expect(unknown?.attributes).not.toHaveProperty('gen_ai.tool.name');
  });

  it('does not let strangers into the traces of others', async () => {
    const world = newWorld({ target, reach, tracing });
    await (await world.send({ ...body('refund', { amount: 1 }), token: null })).text();
    await tracing.close();
    expect(collector.spans).toHaveLength(1);
    expect(collector.spans[0]?.traceId).not.toBe(TRACE);
    expect(collector.spans[0]?.attributes).toMatchObject({ 'callgate.reason': 'identity.missing' });
  });

  it('has the wait for a person in it', async () => {
    const world = newWorld({ target, reach, tracing, hold: { holdMs: 40, graceMs: 5 } });
    await (await world.send(body('wire', { amount: 1 }))).text();
    await tracing.close();
    expect(named('approval wait')).toMatchObject({ traceId: TRACE, parentSpanId: named('tools/call wire').spanId });
    expect(named('tools/call wire').attributes).toMatchObject({ 'callgate.decision': 'needs_approval' });
  });

  it('is kept from nobody by a collector that is away', async () => {
    collector.status = 503;
    const world = newWorld({ target, reach, tracing });
    const answer = await world.send(body('refund', { amount: 1 }));
    expect(answer.status).toBe(200);
    await answer.text();
    await tracing.close();
  });

  it('is named in the line that a request leaves in a debug log', async () => {
    const lines: Record<string, unknown>[] = [];
    const world = newWorld({ target, reach, onRequest: (facts) => lines.push(facts) });
    await (await world.send(body('refund', { amount: 1 }))).text();
    await (await world.send(body('remove', {}))).text();
    expect(lines).toMatchObject([
      { method: 'tools/call', server: 'shop', agent: 'bot', tool: 'refund', decision: 'allowed', outcome: 'ok', traceId: TRACE },
      { tool: 'remove', decision: 'denied', reason: 'policy.action_deny', event: world.last().id, traceId: TRACE },
    ]);
    expect(JSON.stringify(lines)).not.toContain('amount');
  });

  it('reaches a server without headers in the message', async () => {
    const world = newWorld({ transport: 'stdio' });
    await (await world.send({ ...body('refund', { amount: 1 }) })).text();
    expect(JSON.parse(world.upstreams.posts.at(-1)?.body ?? '{}').params._meta).toEqual({ traceparent: PARENT });
  });
});
