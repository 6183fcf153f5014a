import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { EVERYTHING, FILESYSTEM, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { manyTools } from '../fixtures/upstreams/many-tools';
import { startWaywardUpstream, type WaywardUpstream } from '../fixtures/upstreams/wayward-upstream';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, send } from './support/calls';
import { eventually } from './support/eventually';
import { type NextHost, startNextHost } from './support/next-host';
import { type Access, grantAccess, httpServer, must, publish, register, stdioServer } from './support/provision';
import { type Sink, startSink } from './support/sink';

const ALLOW = { version: '1', default: 'allow' };
const SINK_POLICY = {
  version: '1',
  default: 'allow',
  hide: ['fail'],
  tools: {
    delete_record: { action: 'deny', reason: 'Nothing is deleted.' },
    write_record: { approval: { approvers: ['role:approver'], expires: '10m' } },
  },
};

let database: TestDatabase;
let callgate: RunningCallgate;
let everything: StartedUpstream;
let dual: StartedUpstream;
let sink: Sink;
let big: WaywardUpstream;
let folder: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cg-all-')));
  writeFileSync(join(folder, 'letter.txt'), 'Dear reader,\nGrüße 日本 🙂\n');
  database = await createTestDatabase();
  [everything, dual, sink, big] = await Promise.all([
    startServer([EVERYTHING, 'streamableHttp']),
    startServer(['tests/fixtures/conformance/fixture-server.mjs']),
    startSink(),
    startWaywardUpstream(manyTools(300), 100),
  ]);
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
  for (const server of [
    httpServer('everything', everything.port),
    httpServer('dual', dual.port),
    stdioServer('files', [FILESYSTEM, folder]),
    httpServer('sink', sink.port),
    httpServer('big', big.port),
  ]) {
    await register(callgate, server);
    await publish(callgate, server.slug, 'main', server.slug === 'sink' ? SINK_POLICY : ALLOW);
  }
});
afterAll(async () => {
  await callgate?.remove();
  await Promise.all([everything?.stop(), dual?.stop(), sink?.stop(), big?.stop()]);
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** An agent with a grant for each of the servers; the tokens of all of them open the same. */
async function newAgent(servers: readonly string[]): Promise<Access & { readonly grants: Record<string, Access> }> {
  const [first, ...others] = servers as [string, ...string[]];
  const access = await grantAccess(callgate, first, 'main');
  const grants: Record<string, Access> = { [first]: access };
  for (const server of others) grants[server] = await grantAccess(callgate, server, 'main', { agent: access.agent });
  const url = `${callgate.url}/mcp`;
  await eventually('the gateway knows every grant', async () => {
    const seen = await Promise.all(Object.values(grants).map((one) => send(one, { method: 'tools/list' })));
    return seen.every(({ status }) => status === 200);
  });
  return { ...access, url, grants };
}

const bearer = ({ token }: Pick<Access, 'token'>) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });
const urlOf = ({ url }: Access): URL => new URL(url);

async function sdk1(access: Access, client = new Client({ name: 'one', version: '1' })): Promise<Client> {
  await client.connect(new StreamableHTTPClientTransport(urlOf(access), bearer(access)));
  return client;
}
async function sdk2(access: Access, mode: 'legacy' | 'modern'): Promise<Client2> {
  const versionNegotiation = mode === 'legacy' ? { mode } : { mode: { pin: '2026-07-28' } };
  const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation } as never);
  await client.connect(new Transport2(urlOf(access), bearer(access)));
  return client;
}

interface Listed {
  readonly tools: { readonly name: string }[];
  readonly nextCursor?: string;
}
/** Every page of the tools. */
async function allTools(client: { listTools(params?: { cursor: string }): Promise<unknown> }): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = (await client.listTools(cursor === undefined ? undefined : { cursor })) as Listed;
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}
const slugsOf = (names: readonly string[]): string[] => [...new Set(names.map((name) => name.split('__')[0] as string))].sort();
const decisionOf = (result: unknown) =>
  (result as { _meta?: Record<string, { outcome: string; reason: string }> })._meta?.['dev.callgate/decision'];

interface Recorded {
  readonly decision: string;
  readonly tool: string | null;
  readonly server: string | null;
  readonly grant: string | null;
}
const trailOf = async (agent: string): Promise<Recorded[]> =>
  (await must<{ items: Recorded[] }>(callgate, 200, 'GET', `/audit?agent=${agent}&limit=50`)).items;

describe.each([
  ['SDK 1', (access: Access) => sdk1(access)],
  ['SDK 2, stateful', (access: Access) => sdk2(access, 'legacy')],
  ['SDK 2, stateless', (access: Access) => sdk2(access, 'modern')],
] as const)('%s at all servers of an agent', (_name, connect) => {
  let agent: Awaited<ReturnType<typeof newAgent>>;
  let client: Client | Client2;
  beforeAll(async () => {
    agent = await newAgent(['everything', 'dual', 'files', 'sink', 'big']);
    client = await connect(agent);
  });
  afterAll(() => client?.close());
  const call = (name: string, args: Record<string, unknown> = {}) => client.callTool({ name, arguments: args });

  it('lists what each of them lists, under names of its own, page by page', async () => {
    const names = await allTools(client);
    expect(new Set(names).size).toBe(names.length);
    expect(slugsOf(names)).toEqual(['big', 'dual', 'everything', 'files', 'sink']);
    expect(names.filter((name) => name.startsWith('big__'))).toHaveLength(300);
    expect(names).toContain('files__read_text_file');
    expect(names).toContain('sink__delete_record');
    expect(names).not.toContain('sink__fail');
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64);
  });

  it('calls each of them, with the grant for it and under its own name', async () => {
    expect(JSON.stringify(await call('files__read_text_file', { path: join(folder, 'letter.txt') }))).toContain('Grüße 日本 🙂');
    expect(JSON.stringify(await call('everything__echo', { message: 'hello' }))).toContain('hello');
    expect(JSON.stringify(await call('dual__test_simple_text'))).toContain('This is a simple text response');
    expect(JSON.stringify(await call('big__get_invoice', { id: '1' }))).toContain('get_invoice ran');
    await eventually('all calls are in the trail', async () => {
      const events = (await trailOf(agent.agent)).filter(({ decision }) => decision === 'allowed');
      const seen = new Set(events.map(({ server, tool, grant }) => `${server} ${tool} ${grant}`));
      return (['files read_text_file', 'everything echo', 'dual test_simple_text', 'big get_invoice'] as const).every((one) =>
        seen.has(`${one} ${agent.grants[one.split(' ')[0] as string]?.grant}`),
      );
    });
  });

  it('reads why a call was denied, and nothing of a hidden or unknown tool', async () => {
    const denied = await call('sink__delete_record', { id: 'd' });
    expect([denied.isError, decisionOf(denied)?.outcome]).toEqual([true, 'denied']);
    for (const name of ['sink__fail', 'sink__none', 'elsewhere__echo', 'echo']) {
      await expect(call(name)).rejects.toMatchObject({ code: -32602, message: expect.stringContaining(`Unknown tool: ${name}`) });
    }
    expect(sink.calls().filter(({ arguments: args }) => args.id === 'd')).toEqual([]);
  });

  it('waits for a person, and gets the answer', async () => {
    const id = `held-${agent.agent}`;
    const held = call('sink__write_record', { id });
    const approval = await eventually('a person is asked', async () => {
      const { items } = await must<{ items: { id: string; digest: string; status: string }[] }>(
        callgate,
        200,
        'GET',
        `/approvals?agent=${agent.agent}`,
      );
      return items.find(({ status }) => status === 'pending') ?? null;
    });
    await must(callgate, 200, 'POST', `/approvals/${approval.id}/approve`, { digest: approval.digest });
    expect(JSON.stringify(await held)).toContain('write_record');
    expect(sink.calls().filter(({ arguments: args }) => args.id === id)).toHaveLength(1);
  });

  it('reads resources and gets prompts of each', async () => {
    const { resources } = await client.listResources();
    const uris = resources.map(({ uri }) => uri);
    expect(slugsOf(uris.map((uri) => uri.replace(/^cg\+([^:]+):.*/s, '$1__')))).toEqual(['dual', 'everything']);
    const own = 'cg+dual:test://static-text';
    expect(uris).toContain(own);
    expect((await client.readResource({ uri: own })).contents[0]).toMatchObject({ uri: 'test://static-text' });
    // A result of a tool names it as its server does.
    expect((await client.readResource({ uri: 'test://static-text' })).contents.length).toBe(1);
    expect((await client.readResource({ uri: 'demo://resource/dynamic/text/1' })).contents.length).toBe(1);
    for (const uri of ['nobody://here', 'cg+nobody:demo://x'])
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('cg+dual:test://template/{id}/data');
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(expect.arrayContaining(['dual__test_simple_prompt', 'everything__simple-prompt']));
    expect((await client.getPrompt({ name: 'dual__test_simple_prompt' })).messages.length).toBeGreaterThan(0);
    expect((await client.getPrompt({ name: 'everything__simple-prompt' })).messages.length).toBeGreaterThan(0);
    await expect(client.getPrompt({ name: 'none__prompt' })).rejects.toMatchObject({ code: -32602 });
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'dual__test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'x' },
    });
    expect(Array.isArray(completion.values)).toBe(true);
  });
});

describe('a session', () => {
  it('carries questions of two servers at once, progress, levels and cancellations, each to where it belongs', async () => {
    const agent = await newAgent(['everything', 'dual']);
    const client = new Client({ name: 'whole', version: '1' }, { capabilities: { sampling: {}, elicitation: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => ({
      model: 'none',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: `answer to ${JSON.stringify(params.messages[0]?.content)}` },
    }));
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' as const }));
    await sdk1(agent, client);
    expect(client.getServerVersion()).toMatchObject({ name: 'callgate', title: 'Callgate' });
    expect(client.getInstructions()).toContain('dual, everything');
    expect(client.getServerCapabilities()).toMatchObject({ tools: { listChanged: true }, resources: { subscribe: true }, logging: {} });
    await client.setLoggingLevel('debug');
    await client.ping();
    const [one, two] = await Promise.all([
      client.callTool({ name: 'everything__trigger-sampling-request', arguments: { prompt: 'first', maxTokens: 5 } }),
      client.callTool({ name: 'dual__test_sampling', arguments: { prompt: 'second' } }),
    ]);
    expect(JSON.stringify(one)).toContain('first');
    expect(JSON.stringify(two)).toContain('second');
    expect(JSON.stringify(await client.callTool({ name: 'everything__trigger-elicitation-request', arguments: {} }))).toMatch(/declin/i);
    const progress: number[] = [];
    await client.callTool({ name: 'everything__trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } }, undefined, {
      onprogress: ({ progress: at }) => void progress.push(at),
    });
    expect(progress).toEqual([1, 2, 3, 4]);
    const controller = new AbortController();
    const running = client.callTool(
      { name: 'everything__trigger-long-running-operation', arguments: { duration: 60, steps: 600 } },
      undefined,
      {
        signal: controller.signal,
        onprogress: () => controller.abort('enough'),
      },
    );
    await expect(running).rejects.toThrow(/enough/);
    await eventually('the cancelled call has its outcome', async () => {
      const { items } = await must<{ items: { outcome: string | null }[] }>(
        callgate,
        200,
        'GET',
        `/audit?agent=${agent.agent}&tool=trigger-long-running-operation&limit=1`,
      );
      return items[0]?.outcome !== null && items[0]?.outcome !== 'ok';
    });
    await client.close();
  });

  it('ends with its DELETE, and is unknown to other agents', async () => {
    const [agent, other] = await Promise.all([newAgent(['dual', 'everything']), newAgent(['sink'])]);
    const client = new Client({ name: 'ending', version: '1' });
    const transport = new StreamableHTTPClientTransport(urlOf(agent), bearer(agent));
    await client.connect(transport);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    const headers = { 'mcp-session-id': transport.sessionId ?? '' };
    expect((await send({ ...agent, token: other.token }, { method: 'tools/list' }, { headers })).status).toBe(404);
    // The same agent by another of its tokens is the same agent.
    expect((await send({ ...agent, token: agent.grants.everything?.token ?? '' }, { method: 'tools/list' }, { headers })).status).toBe(200);
    await transport.terminateSession();
    expect((await send(agent, { method: 'tools/list' }, { headers })).status).toBe(404);
    await client.close();
  });

  it('hears of new and lost servers, and sees them on the next call', async () => {
    const agent = await newAgent(['dual']);
    const client = new Client({ name: 'listening', version: '1' });
    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++);
    await sdk1(agent, client);
    expect(slugsOf(await allTools(client))).toEqual(['dual']);
    const stateless = await sdk2(agent, 'modern');
    expect(slugsOf(await allTools(stateless))).toEqual(['dual']);
    const added = await grantAccess(callgate, 'sink', 'main', { agent: agent.agent });
    await eventually('the client hears of the new server', () => changes > 0);
    expect(slugsOf(await allTools(client))).toEqual(['dual', 'sink']);
    expect(slugsOf(await allTools(stateless))).toEqual(['dual', 'sink']);
    expect((await client.callTool({ name: 'sink__read_record', arguments: { id: '1' } })).isError).toBeUndefined();
    const before = changes;
    await must(callgate, 200, 'POST', `/grants/${added.grant}/revoke`, { reason: 'over' });
    await eventually('the client hears of the lost server', () => changes > before);
    expect(slugsOf(await allTools(client))).toEqual(['dual']);
    await expect(client.callTool({ name: 'sink__read_record', arguments: { id: '1' } })).rejects.toMatchObject({ code: -32602 });
    await must(callgate, 200, 'POST', `/grants/${agent.grant}/revoke`, { reason: 'over' });
    await eventually('its token is good for nothing', async () => (await send(agent, { method: 'tools/list' })).status === 401);
    await client.close();
    await stateless.close();
  });
});

/** A stream of messages, read one by one. */
async function listening(access: Access, init: RequestInit): Promise<{ next(): Promise<{ method?: string }>; stop(): void }> {
  const controller = new AbortController();
  const answer = await fetch(access.url, {
    ...init,
    signal: controller.signal,
    headers: { accept: 'application/json, text/event-stream', authorization: `Bearer ${access.token}`, ...(init.headers as object) },
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never).getReader();
  let text = '';
  return {
    stop: () => controller.abort(),
    async next() {
      for (;;) {
        const event = /^(?:.+\n)*?data: (\{.*)\n(?:.+\n)*\n/m.exec(text);
        if (event !== null) {
          text = text.slice(event.index + event[0].length);
          return JSON.parse(event[1] as string);
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
    },
  };
}

describe('on both hosts', () => {
  let next: NextHost;
  beforeAll(async () => {
    next = await startNextHost(callgate, { DATABASE_URL: database.url });
  });
  afterAll(() => next?.stop());

  const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

  it.each(['node', 'next'] as const)('%s: clients of both eras list, page, call, and hear of changes', async (host) => {
    const agent = await newAgent(['dual', 'sink', 'big']);
    const access = { ...agent, url: host === 'node' ? agent.url : `http://127.0.0.1:${next.port}/mcp` };
    const other = { ...agent, url: host === 'node' ? `http://127.0.0.1:${next.port}/mcp` : agent.url };
    await eventually('every node knows the grants', async () => (await send(access, { method: 'tools/list' })).status === 200);
    for (const client of [await sdk1(access), await sdk2(access, 'modern')]) {
      expect(slugsOf(await allTools(client))).toEqual(['big', 'dual', 'sink']);
      expect(JSON.stringify(await client.callTool({ name: 'dual__test_simple_text', arguments: {} }))).toContain('simple text');
      expect(decisionOf(await client.callTool({ name: 'sink__delete_record', arguments: {} }))?.outcome).toBe('denied');
      await client.close();
    }
    const { nextCursor } = (await send(access, { method: 'tools/list' })).body.result;
    expect((await send(other, { method: 'tools/list', params: { cursor: nextCursor } })).body.result.tools).toHaveLength(100);

    const body = {
      jsonrpc: '2.0',
      id: 'l',
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true }, _meta: MODERN },
    };
    const headers = { 'content-type': 'application/json', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const stream = await listening(access, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await stream.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/subscriptionId': 'l' } },
    });
    const trigger = async (): Promise<void> => {
      const client = await sdk2(access, 'modern');
      await client.callTool({ name: 'dual__test_trigger_tool_change', arguments: {} });
      await client.close();
    };
    // A server takes a moment to take the subscription.
    const heard = stream.next();
    let told = false;
    void heard.then(() => {
      told = true;
    });
    await eventually('the change is heard of', async () => {
      await trigger();
      return told;
    });
    expect(await heard).toMatchObject({ method: 'notifications/tools/list_changed' });
    stream.stop();
  });
});

describe('a server that fails', () => {
  it('leaves the others alone, and is named in the result, in a log message and in the trail', async () => {
    const dead = await startWaywardUpstream(manyTools(3), 10);
    const silent = await startWaywardUpstream(manyTools(3), 10);
    for (const server of [httpServer('dead', dead.port), httpServer('silent', silent.port)]) {
      await register(callgate, server);
      await publish(callgate, server.slug, 'main', ALLOW);
    }
    const agent = await newAgent(['dead', 'silent', 'sink']);
    await dead.stop();
    const logged: unknown[] = [];
    const client = new Client({ name: 'resilient', version: '1' });
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
    await sdk1(agent, client);
    silent.hangs = true;
    const list = (await client.listTools()) as Listed & { _meta?: Record<string, { server: string; reason: string }[]> };
    expect(slugsOf(list.tools.map(({ name }) => name))).toEqual(['sink']);
    const unavailable = list._meta?.['dev.callgate/unavailable'] ?? [];
    expect(unavailable.map(({ server, reason }) => [server, reason])).toEqual([
      ['dead', 'failed'],
      ['silent', 'slow'],
    ]);
    expect(logged).toEqual([expect.objectContaining({ server: 'dead' }), expect.objectContaining({ server: 'silent' })]);
    expect((await client.callTool({ name: 'sink__read_record', arguments: { id: '1' } })).isError).toBeUndefined();
    const call = await client.callTool({ name: 'dead__get_invoice', arguments: { id: '1' } });
    expect(decisionOf(call)).toMatchObject({ outcome: 'unavailable', reason: 'upstream.unavailable' });
    await eventually('the failures are in the trail', async () => {
      const events = await trailOf(agent.agent);
      const of = (slug: string) =>
        events.some(({ server, decision, tool }) => server === slug && decision === 'unavailable' && tool === null);
      return of('dead') && of('silent') && events.some(({ server, tool }) => server === 'dead' && tool === 'get_invoice');
    });
    silent.hangs = false;
    expect(slugsOf(await allTools(client))).toEqual(['silent', 'sink']);
    await client.close();
    await silent.stop();
  });
});

describe('at the door', () => {
  it('a caller without a good credential is told where to ask, and no other agent sees what is not its own', async () => {
    const [one, two] = await Promise.all([newAgent(['sink']), newAgent(['dual'])]);
    const none = await fetch(one.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(none.status).toBe(401);
    const metadata = /resource_metadata="([^"]+)"/.exec(none.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource: expect.stringMatching(/^http:\/\/[^/]+\/mcp$/) });
    const lists = await Promise.all([one, two].map(async (agent) => (await send(agent, { method: 'tools/list' })).body.result.tools));
    expect(lists.map((tools: { name: string }[]) => slugsOf(tools.map(({ name }) => name)))).toEqual([['sink'], ['dual']]);
    expect((await callTool(two, 'sink__read_record', { id: 'x' })).body.error).toMatchObject({
      message: 'Unknown tool: sink__read_record',
    });
    const page = await send(one, { method: 'tools/list', params: { cursor: 'made-up' } });
    expect(page.body.error.code).toBe(-32602);
    const big = await newAgent(['big']);
    const { nextCursor } = (await send(big, { method: 'tools/list' })).body.result;
    expect((await send(big, { method: 'tools/list', params: { cursor: nextCursor } })).body.result.tools).toHaveLength(100);
    expect((await send(one, { method: 'tools/list', params: { cursor: nextCursor } })).body.error.code).toBe(-32602);
    expect((await send(big, { method: 'prompts/list', params: { cursor: nextCursor } })).body.error.code).toBe(-32602);
  });
});
