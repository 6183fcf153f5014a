import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import {
  EVERYTHING,
  fixtureFile,
  openUpstreams,
  type StartedUpstream,
  startServer,
  stdioTarget,
  urlTarget,
} from '../fixtures/upstreams/harness';
import { newWorld } from '../unit/gateway-world';

const FIXTURE = fixtureFile('../conformance/fixture-server.mjs');
const POLICY = { version: '1', default: 'allow' };
const TOOLS = ['echo', 'test_simple_text'].map((name) => ({ name, inputSchema: { type: 'object' } }));

const reaches: ReturnType<typeof openUpstreams>[] = [];
const upstreams: StartedUpstream[] = [];
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(reaches.map((reach) => reach.stopAll()));
  await Promise.all(upstreams.map((upstream) => upstream.stop()));
});

async function startedAt(
  args: readonly string[],
  path: string,
  transport: 'http' | 'sse' = 'http',
  env: Record<string, string> = {},
): Promise<UpstreamTarget> {
  const upstream = await startServer(args, env);
  upstreams.push(upstream);
  return urlTarget(`http://127.0.0.1:${upstream.port}${path}`, transport);
}

/** A gateway on a port in front of one upstream, and what a client needs to reach it. */
async function gatewayBefore(target: UpstreamTarget) {
  const reach = openUpstreams();
  reaches.push(reach);
  const world = newWorld({ tools: TOOLS, policy: POLICY, target: { ...target, serverId: 'srv_1' }, reach });
  const server = createServer({ requireHostHeader: false }, createGatewayHttpListener(world.gateway, { trustProxy: false }));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/shop`);
  return { url, options: { requestInit: { headers: { authorization: `Bearer ${world.token}` } } } };
}

const LEGACY_ONLY: Record<string, () => UpstreamTarget | Promise<UpstreamTarget>> = {
  http: () => startedAt([EVERYTHING, 'streamableHttp'], '/mcp'),
  sse: () => startedAt([EVERYTHING, 'sse'], '/sse', 'sse'),
  stdio: () => stdioTarget([EVERYTHING, 'stdio']),
};

describe('a client of both eras, which tries the modern one first', () => {
  it.each(Object.keys(LEGACY_ONLY))('falls back to the session of a server that knows no other, over %s', async (transport) => {
    const { url, options } = await gatewayBefore(await (LEGACY_ONLY[transport] as () => UpstreamTarget | Promise<UpstreamTarget>)());
    const client = new ModernClient({ name: 'both', version: '1.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url, options));
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual(['legacy', '2025-11-25']);
    expect(JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: 'hello' } }))).toContain('hello');
    await client.close();
  });

  it('stays modern where the server is', async () => {
    const { url, options } = await gatewayBefore(await startedAt([FIXTURE], '/mcp'));
    const client = new ModernClient({ name: 'both', version: '1.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url, options));
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual(['modern', '2026-07-28']);
    expect(JSON.stringify(await client.callTool({ name: 'test_simple_text', arguments: {} }))).toContain('simple text response');
    await client.close();
  });
});

describe('a server that knows only the modern era', () => {
  let reached: Awaited<ReturnType<typeof gatewayBefore>>;
  beforeAll(async () => {
    reached = await gatewayBefore(await startedAt([FIXTURE], '/mcp', 'http', { ERA: 'modern' }));
  });

  it('is reached by a client of both', async () => {
    const client = new ModernClient({ name: 'both', version: '1.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(reached.url, reached.options));
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual(['modern', '2026-07-28']);
    expect(JSON.stringify(await client.callTool({ name: 'test_simple_text', arguments: {} }))).toContain('simple text response');
    await client.close();
  });

  it('tells a client of the older revisions in its own words which revision it speaks', async () => {
    const client = new Client({ name: 'old', version: '1.0' });
    const refused = await client.connect(new StreamableHTTPClientTransport(reached.url, reached.options)).catch((error: unknown) => error);
    expect(String(refused)).toMatch(/-32022/);
    expect(String(refused)).toMatch(/[Uu]nsupported protocol version/);
    expect(String(refused)).toContain('2026-07-28');
  });
});
