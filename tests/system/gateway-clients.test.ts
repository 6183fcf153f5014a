import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import type { JsonObject } from '@/lib/kernel/json';
import {
  EVERYTHING,
  handshake,
  messagesOf,
  openSession,
  openUpstreams,
  request,
  type StartedUpstream,
  startServer,
  stdioTarget,
  urlTarget,
} from '../fixtures/upstreams/harness';
import { newWorld, type ToolSpec, type World } from '../unit/gateway-world';

const POLICY = {
  version: '1',
  default: 'allow',
  hide: ['get-env'],
  tools: { 'get-sum': { deny_if: [{ conditions: [{ path: 'args.a', op: 'gt', value: 100 }], on_deny: 'Small sums only.' }] } },
};

/** A gateway on a port, in front of a real upstream whose tools were all approved. */
async function openGateway(target: UpstreamTarget, reach: ManagedUpstreams): Promise<{ world: World; url: URL; server: Server }> {
  // As a client that declares everything sees it: some tools are announced only to such.
  const session = openSession({ sampling: {}, elicitation: {} });
  await handshake(reach, target, session);
  const [list] = await messagesOf(await reach.post(target, request({ jsonrpc: '2.0', id: 'l', method: 'tools/list' }, session)));
  await reach.end(target, session);
  const tools = (list?.result as JsonObject | undefined)?.tools as unknown as ToolSpec[];
  const world = newWorld({ tools, policy: POLICY, target: { ...target, serverId: 'srv_1' }, reach });
  const server = createServer({ requireHostHeader: false }, createGatewayHttpListener(world.gateway, { trustProxy: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { world, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/shop`), server };
}

describe.each(['http', 'stdio', 'sse'] as const)('real clients in front of server-everything over %s', (transport) => {
  const reach = openUpstreams();
  let upstream: StartedUpstream | null = null;
  let world: World;
  let url: URL;
  let server: Server;

  beforeAll(async () => {
    let target = stdioTarget([EVERYTHING, 'stdio']);
    if (transport !== 'stdio') {
      upstream = await startServer([EVERYTHING, transport === 'http' ? 'streamableHttp' : 'sse']);
      target = urlTarget(`http://127.0.0.1:${upstream.port}/${transport === 'http' ? 'mcp' : 'sse'}`, transport);
    }
    ({ world, url, server } = await openGateway(target, reach));
  });
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    await reach.stopAll();
    await upstream?.stop();
  });

  const requestInit = () => ({ headers: { authorization: `Bearer ${world.token}` } });

  it('SDK 1: session, list, calls, progress, a denial, questions of the server, the end', async () => {
    const client = new Client({ name: 'one', version: '1.0' }, { capabilities: { sampling: {}, elicitation: {} } });
    let asked = 0;
    client.setRequestHandler(CreateMessageRequestSchema, async () => {
      asked++;
      return { model: 'none', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled' } };
    });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' as const }));
    const wire = new StreamableHTTPClientTransport(url, { requestInit: requestInit() });
    await client.connect(wire);
    expect(world.clients.at(-1)).toBe('grt_1 one 1.0');
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    expect(names).toContain('echo');
    expect(names).not.toContain('get-env');
    expect(names.length).toBeGreaterThan(5);

    expect(JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: 'hello' } }))).toContain('hello');
    expect(world.last()).toMatchObject({ intent: { decision: 'allowed', tool: 'echo' }, settlement: { outcome: 'ok' } });
    const denied = await client.callTool({ name: 'get-sum', arguments: { a: 101, b: 1 } });
    expect(denied.isError).toBe(true);
    expect(JSON.stringify(denied.content)).toContain('Small sums only.');
    await expect(client.callTool({ name: 'get-env', arguments: {} })).rejects.toMatchObject({ code: -32602 });

    const progress: number[] = [];
    const options = { onprogress: ({ progress: at }: { progress: number }) => void progress.push(at) };
    await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 0.6, steps: 3 } }, undefined, options);
    expect(progress.length).toBeGreaterThan(0);

    const sampled = await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'p', maxTokens: 5 } });
    expect(JSON.stringify(sampled)).toContain('sampled');
    expect(asked).toBe(1);
    expect((await client.listResources()).resources.length).toBeGreaterThan(0);
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);

    const before = world.gateway.load().sessions;
    await wire.terminateSession();
    await client.close();
    expect(world.gateway.load()).toMatchObject({ calls: 0, sessions: before - 1, held: 0 });
  });

  it('SDK 2, which tries the modern era first', async () => {
    const client = new ModernClient({ name: 'two', version: '2.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url, { requestInit: requestInit() }));
    // The server knows the stateful revisions only: the client fell back.
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual(['legacy', '2025-11-25']);
    expect((await client.listTools()).tools.map((tool) => tool.name)).not.toContain('get-env');
    expect(JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: 'hello' } }))).toContain('hello');
    expect((await client.callTool({ name: 'get-sum', arguments: { a: 101, b: 1 } })).isError).toBe(true);
    await client.close();
  });

  it('a shell user without a session', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { message: 'hi' } } });
    const answer = await fetch(url, { method: 'POST', body, headers: { ...requestInit().headers, 'content-type': 'application/json' } });
    const text = await answer.text();
    // server-everything insists on a session over Streamable HTTP: the gateway opens one of its own.
    expect([answer.status, text]).toEqual([200, expect.stringContaining('hi')]);
  });
});
