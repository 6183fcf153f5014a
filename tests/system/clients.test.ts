import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { childrenOf, EVERYTHING, FILESYSTEM, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, provision, publish, register, stdioServer } from './support/provision';
import { type Sink, startSink } from './support/sink';

const CANARY = 'canary-1c9d5e-of-this-process';
const ALLOW = { version: '1', default: 'allow' };

interface Call {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

let database: TestDatabase;
let callgate: RunningCallgate;
let everything: StartedUpstream;
let folder: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cg-files-')));
  writeFileSync(join(folder, 'letter.txt'), 'Dear reader,\n\tGrüße — “quoted” \\ 日本 🙂\n');
  database = await createTestDatabase();
  everything = await startServer([EVERYTHING, 'streamableHttp']);
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url, CANARY } });
});
afterAll(async () => {
  await callgate?.remove();
  await everything?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const EVERYTHING_CALLS: readonly Call[] = [
  { name: 'echo', arguments: { message: 'Grüße “to” \\ 日本 🙂\n\u2028end' } },
  { name: 'get-sum', arguments: { a: 0.1, b: 0.2 } },
  { name: 'get-tiny-image', arguments: {} },
  { name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
  { name: 'get-structured-content', arguments: { location: 'New York' } },
  { name: 'get-resource-links', arguments: { count: 3 } },
  { name: 'get-resource-reference', arguments: { resourceType: 'Text', resourceId: 1 } },
];
const filesystemCalls = (): readonly Call[] => [
  { name: 'read_text_file', arguments: { path: join(folder, 'letter.txt') } },
  { name: 'list_directory', arguments: { path: folder } },
  { name: 'get_file_info', arguments: { path: join(folder, 'letter.txt') } },
  { name: 'list_allowed_directories', arguments: {} },
  // An error of the tool is an answer like any other.
  { name: 'read_text_file', arguments: { path: '/etc/hostname' } },
];

/** Times change between two calls of one server; nothing else may. */
const steady = (text: string): string => text.replace(/\d{1,2}:\d\d:\d\d [AP]M/g, '<time>');

const TARGETS = {
  'everything-stdio': {
    server: () => stdioServer('everything-stdio', [EVERYTHING, 'stdio']),
    direct: () => new StdioClientTransport({ command: process.execPath, args: [EVERYTHING, 'stdio'] }),
    calls: () => EVERYTHING_CALLS,
  },
  'everything-http': {
    server: () => httpServer('everything-http', everything.port),
    direct: () => new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${everything.port}/mcp`)),
    calls: () => EVERYTHING_CALLS,
  },
  'filesystem-stdio': {
    server: () => stdioServer('filesystem-stdio', [FILESYSTEM, folder]),
    direct: () => new StdioClientTransport({ command: process.execPath, args: [FILESYSTEM, folder] }),
    calls: filesystemCalls,
  },
};

const bearer = ({ token }: Access) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

describe.each(Object.entries(TARGETS))('%s', (_slug, target) => {
  let access: Access;
  let expected: { tools: string; contents: string[] };

  beforeAll(async () => {
    const direct = new Client({ name: 'direct', version: '1' });
    await direct.connect(target.direct());
    const contents: string[] = [];
    for (const call of target.calls()) contents.push(JSON.stringify((await direct.callTool(call)).content));
    expected = { tools: JSON.stringify((await direct.listTools()).tools), contents };
    await direct.close();
    access = await provision(callgate, target.server(), ALLOW);
  });

  it('gives SDK 1 the same list and byte for byte the same contents as a direct call', async () => {
    const client = new Client({ name: 'one', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(access.url), bearer(access));
    await client.connect(transport);
    expect(JSON.stringify((await client.listTools()).tools)).toBe(expected.tools);
    for (const [at, call] of target.calls().entries()) {
      expect(steady(JSON.stringify((await client.callTool(call)).content))).toBe(steady(expected.contents[at] as string));
    }
    await transport.terminateSession();
    await client.close();
  });

  it('gives SDK 2 in legacy mode the same list and contents', async () => {
    const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation: { mode: 'legacy' } });
    await client.connect(new Transport2(new URL(access.url), bearer(access)));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(JSON.parse(expected.tools).map((tool: Call) => tool.name));
    for (const [at, call] of target.calls().entries()) {
      expect(steady(JSON.stringify((await client.callTool(call)).content))).toBe(steady(expected.contents[at] as string));
    }
    await client.close();
  });
});

describe.each(['everything-stdio', 'everything-http'])('a whole session with %s', (slug) => {
  let access: Access;
  let client: Client;
  const asked: string[] = [];

  beforeAll(async () => {
    access = await grantAccess(callgate, slug, 'main');
    client = new Client({ name: 'whole', version: '1' }, { capabilities: { sampling: {}, elicitation: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
      asked.push(`sampling ${JSON.stringify(params.messages[0]?.content)}`);
      return { model: 'none', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled answer' } };
    });
    client.setRequestHandler(ElicitRequestSchema, async () => {
      asked.push('elicitation');
      return { action: 'decline' as const };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(access.url), bearer(access)));
  });
  afterAll(() => client?.close());

  it('passes progress on, in order, before the result', async () => {
    const progress: number[] = [];
    let finished = false;
    const result = await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 0.5, steps: 4 } }, undefined, {
      onprogress: ({ progress: at }) => void (finished || progress.push(at)),
    });
    finished = true;
    expect(progress).toEqual([1, 2, 3, 4]);
    expect(result.isError).toBeUndefined();
  });

  it('carries what the server asks of the client, and the answer back', async () => {
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    expect(JSON.stringify(await call('trigger-sampling-request', { prompt: 'Say it.', maxTokens: 5 }))).toContain('sampled answer');
    expect(asked).toEqual([expect.stringMatching(/^sampling .*Say it\./)]);
    expect(JSON.stringify(await call('trigger-elicitation-request', {}))).toMatch(/declin/i);
    expect(asked[1]).toBe('elicitation');
  });

  it('passes resources and prompts through', async () => {
    const { resources } = await client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    const { contents } = await client.readResource({ uri: (resources[0] as { uri: string }).uri });
    expect(contents.length).toBeGreaterThan(0);
    const { prompts } = await client.listPrompts();
    expect(prompts.map((prompt) => prompt.name)).toContain('simple-prompt');
    expect((await client.getPrompt({ name: 'simple-prompt' })).messages.length).toBeGreaterThan(0);
    expect((await client.listResourceTemplates()).resourceTemplates.length).toBeGreaterThan(0);
    await expect(client.readResource({ uri: 'demo://nowhere' })).rejects.toMatchObject({ code: expect.any(Number) });
  });

  it('lets a client cancel a call, and goes on serving it', async () => {
    const controller = new AbortController();
    const running = client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 600 } }, undefined, {
      signal: controller.signal,
      onprogress: () => controller.abort('enough'),
    });
    await expect(running).rejects.toThrow(/enough/);
    expect(JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: 'still here' } }))).toContain('still here');
    await eventually('the cancelled call has its outcome', async () => {
      const { body } = await callgate.api<{ items: { outcome: string | null }[] }>(
        'GET',
        `/audit?grant=${access.grant}&tool=trigger-long-running-operation&limit=1`,
      );
      const outcome = body.items[0]?.outcome ?? null;
      return outcome !== null && outcome !== 'ok';
    });
  });
});

describe('processes of stdio servers', () => {
  it('are one for 20 sessions opened and closed, and none after the stop', async () => {
    const own = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    try {
      await register(own, stdioServer('everything-count', [EVERYTHING, 'stdio', 'counted']));
      await publish(own, 'everything-count', 'main', ALLOW);
      const access = await grantAccess(own, 'everything-count', 'main');
      const children = () => childrenOf(own.child.pid, 'counted');
      for (let round = 0; round < 20; round++) {
        const client = new Client({ name: `round-${round}`, version: '1' });
        const transport = new StreamableHTTPClientTransport(new URL(access.url), bearer(access));
        await client.connect(transport);
        await client.callTool({ name: 'echo', arguments: { message: 'x' } });
        if (round % 2 === 0) await transport.terminateSession();
        await client.close();
        expect(children()).toHaveLength(1);
      }
      const pid = Number(children()[0]?.split(/\s+/)[0]);
      expect(await own.stop()).toBe(0);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    } finally {
      await own.remove();
    }
  });
});

describe('credentials', () => {
  let sink: Sink;
  beforeAll(async () => {
    sink = await startSink();
  });
  afterAll(() => sink?.stop());

  it("of the caller never reach the upstream, and the server's own do", async () => {
    const secret = 'upstream-secret-77f0';
    const access = await provision(callgate, { ...httpServer('sink', sink.port), headers: { 'X-Api-Key': secret } }, ALLOW);
    const answer = await callTool(
      access,
      'read_record',
      { id: 'r1' },
      {
        headers: {
          cookie: 'session=cookie-canary-5b',
          'x-api-key': 'caller-canary-9a',
          'proxy-authorization': 'Basic proxy-canary',
          'x-forwarded-for': '10.9.8.7',
        },
      },
    );
    expect(answer.body.result.isError).toBeUndefined();
    const [call] = sink.calls();
    expect(call?.headers['x-api-key']).toBe(secret);
    const sent = JSON.stringify(call);
    for (const canary of [access.token, 'cookie-canary', 'caller-canary', 'proxy-canary', '10.9.8.7', 'authorization', 'cookie']) {
      expect([canary, sent.includes(canary)]).toEqual([canary, false]);
    }
  });

  it('of this process never reach a stdio child, which gets only its own environment', async () => {
    const access = await provision(callgate, stdioServer('puppet', [EVERYTHING, 'stdio'], { GIVEN: 'given-value' }), ALLOW);
    const answer = await callTool(access, 'get-env', {}, {});
    const environment = JSON.parse(answer.body.result.content[0].text) as Record<string, string>;
    expect(environment.GIVEN).toBe('given-value');
    expect(JSON.stringify(environment)).not.toContain(CANARY);
    const names = Object.keys(environment);
    expect(names.filter((name) => /^(CALLGATE|DATABASE|DATA_DIR|PORT|NEXTAUTH|CANARY)/.test(name))).toEqual([]);
  });
});
