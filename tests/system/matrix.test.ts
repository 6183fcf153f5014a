import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { send } from './support/calls';
import { eventually } from './support/eventually';
import { CLIENTS, type Era, fallsBackTo, type MatrixClient } from './support/matrix-clients';
import { type NextHost, startNextHost } from './support/next-host';
import { type Access, grantAccess, httpServer, must, publish, register, stdioServer } from './support/provision';

const FIXTURE = 'tests/fixtures/conformance/matrix-server.mjs';
const POLICY = {
  version: '1',
  default: 'allow',
  hide: ['test_audio_content'],
  tools: {
    test_embedded_resource: { action: 'deny', reason: 'Not this one.' },
    test_multiple_content_types: { approval: { approvers: ['role:approver'], expires: '10m' } },
  },
};

/** The upstreams, with the eras that are to be had from each through the gateway. */
const UPSTREAMS: Readonly<Record<string, readonly Era[]>> = {
  http: ['stateful', 'stateless'],
  'http-stateful': ['stateful'],
  sse: ['stateful'],
  stdio: ['stateful', 'stateless'],
};
const HOSTS = ['node', 'next'] as const;

let database: TestDatabase;
let callgate: RunningCallgate;
let next: NextHost;
const started: StartedUpstream[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
  const starting = startNextHost(callgate, { DATABASE_URL: database.url, CALLGATE_ALLOW_STDIO: 'true' });
  for (const slug of Object.keys(UPSTREAMS)) {
    if (slug === 'stdio') await register(callgate, stdioServer(slug, [FIXTURE, slug]));
    else {
      const upstream = await startServer([FIXTURE, slug]);
      started.push(upstream);
      const path = slug === 'sse' ? '/sse' : '/mcp';
      await register(callgate, { ...httpServer(slug, upstream.port, path), transport: slug === 'sse' ? 'sse' : 'http' });
    }
    await publish(callgate, slug, 'main', POLICY);
  }
  next = await starting;
});
afterAll(async () => {
  await next?.stop();
  await callgate?.remove();
  await Promise.all(started.map((upstream) => upstream.stop()));
  await database?.drop();
});

/** A grant of its own at one host, once that host knows it. */
async function enter(host: (typeof HOSTS)[number], slug: string): Promise<Access> {
  const granted = await grantAccess(callgate, slug, 'main');
  const access = { ...granted, url: `http://127.0.0.1:${host === 'node' ? callgate.port : next.port}/mcp/${slug}` };
  await eventually('the host knows the grant', async () => (await send(access, { method: 'tools/list' })).status !== 401);
  return access;
}

const textOf = (answer: { content?: readonly { text?: string }[] }): string => answer.content?.[0]?.text ?? '';

interface Scenario {
  readonly name: string;
  run(client: MatrixClient, access: Access): Promise<void>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'opening: the upstream speaks for itself, in the revision that was asked for',
    async run(client) {
      expect(client.version()).toBe(client.era === 'stateful' ? '2025-11-25' : '2026-07-28');
      expect(client.serverName()).toBe('callgate-conformance-fixture');
    },
  },
  {
    name: 'tools/list without what is hidden',
    async run(client) {
      const names = await client.tools();
      expect(names).toEqual(expect.arrayContaining(['test_simple_text', 'structured', 'wait']));
      expect(names).not.toContain('test_audio_content');
    },
  },
  {
    name: 'tools/call: text',
    run: async (client) => expect(textOf(await client.call('test_simple_text'))).toBe('This is a simple text response for testing.'),
  },
  {
    name: 'tools/call: structured content',
    run: async (client) => expect((await client.call('structured')).structuredContent).toEqual({ celsius: 21.5 }),
  },
  {
    name: 'tools/call: image',
    run: async (client) =>
      expect((await client.call('test_image_content')).content).toEqual([
        expect.objectContaining({ type: 'image', mimeType: 'image/png' }),
      ]),
  },
  {
    name: 'tools/call: an error of the tool',
    async run(client) {
      const answer = await client.call('test_error_handling');
      expect([answer.isError, textOf(answer)]).toEqual([true, 'This tool intentionally returns an error for testing']);
    },
  },
  {
    name: 'a denied call',
    async run(client) {
      const answer = await client.call('test_embedded_resource');
      expect([answer.isError, textOf(answer)]).toEqual([true, expect.stringContaining('Not this one.')]);
    },
  },
  {
    name: 'a hidden tool',
    run: async (client) => expect(client.call('test_audio_content')).rejects.toMatchObject({ code: -32602 }),
  },
  {
    name: 'a call held, then approved',
    async run(client, access) {
      const answer = client.call('test_multiple_content_types');
      const one = await eventually('the call waits', async () => {
        const { items } = await must<{ items: { id: string; digest: string }[] }>(callgate, 200, 'GET', `/approvals?agent=${access.agent}`);
        return items[0] ?? null;
      });
      await must(callgate, 200, 'POST', `/approvals/${one.id}/approve`, { digest: one.digest });
      expect((await answer).content).toHaveLength(3);
    },
  },
  {
    name: 'progress',
    async run(client) {
      const seen: number[] = [];
      await client.call('test_tool_with_progress', {}, { onprogress: ({ progress }) => void seen.push(progress) });
      expect(seen.slice(0, 2)).toEqual([0, 50]);
      if (!client.mayLoseLastProgress) expect(seen).toEqual([0, 50, 100]);
    },
  },
  {
    name: 'a call that its caller calls off',
    async run(client, access) {
      const token = randomUUID();
      const leaving = new AbortController();
      const waiting = client.call('wait', { token }, { signal: leaving.signal });
      const refused = expect(waiting).rejects.toThrow();
      await eventually('the call is under way', async () => {
        const { body } = await callgate.api<{ items: { tool: string; outcome: string | null }[] }>(
          'GET',
          `/audit?tool=wait&grant=${access.grant}&limit=1`,
        );
        return body.items[0]?.outcome === null;
      });
      leaving.abort();
      await refused;
      await eventually('the upstream was told', async () => textOf(await client.call('was_called_off', { token })) === 'true');
    },
  },
  {
    name: 'resources/read',
    run: async (client) =>
      expect(JSON.stringify(await client.read('test://static-text'))).toContain('This is the content of the static text resource.'),
  },
  {
    name: 'prompts/get',
    run: async (client) =>
      expect(JSON.stringify(await client.prompt('test_prompt_with_arguments', { arg1: 'a', arg2: 'b' }))).toContain("arg1='a', arg2='b'"),
  },
  {
    name: 'completion/complete',
    run: async (client) =>
      expect(await client.complete('test_prompt_with_arguments', { name: 'arg1', value: 'x' })).toEqual(['x-one', 'x-two']),
  },
  {
    name: 'log messages',
    async run(client) {
      if (client.era === 'stateful') await client.setLevel('info');
      const wanted = { meta: { 'io.modelcontextprotocol/logLevel': 'info' } };
      await client.call(
        client.era === 'stateful' ? 'test_tool_with_logging' : 'test_logging_tool',
        {},
        client.era === 'stateful' ? {} : wanted,
      );
      const expected = client.era === 'stateful' ? 'Tool execution completed' : 'test_logging_tool ran';
      await eventually('the log message came', () => client.logged.includes(expected));
    },
  },
  {
    name: "a question to the client's model",
    async run(client) {
      const answer =
        client.era === 'stateful'
          ? await client.call('test_sampling', { prompt: 'p' })
          : await client.call('test_input_required_result_sampling');
      expect(textOf(answer)).toContain('sampled words');
      expect(client.asked).toContain('sampling');
    },
  },
  {
    name: 'a question to the user',
    async run(client) {
      const answer =
        client.era === 'stateful'
          ? await client.call('test_elicitation', { message: 'm' })
          : await client.call('test_input_required_result_elicitation');
      expect(textOf(answer)).toContain('Ann');
      expect(client.asked).toContain('elicitation');
    },
  },
  {
    name: 'tools/list_changed',
    async run(client) {
      // Whoever listens may be a moment later than the answer to the handshake.
      await eventually('the change is told', async () => {
        await client.call('test_trigger_tool_change');
        return client.changes.count > 0;
      });
    },
  },
];

for (const host of HOSTS)
  for (const [slug, eras] of Object.entries(UPSTREAMS))
    for (const [name, { era, connect }] of Object.entries(CLIENTS)) {
      const cell = `${name} through the ${host} host to ${slug}`;
      if (eras.includes(era)) {
        describe(cell, () => {
          let access: Access;
          let client: MatrixClient;
          beforeAll(async () => {
            access = await enter(host, slug);
            client = await connect(access);
          });
          afterAll(() => client?.close());
          for (const scenario of SCENARIOS) it(scenario.name, () => scenario.run(client, access));
        });
      } else {
        it(`${cell}: refused, and sent back to the stateful revisions`, async () => {
          const access = await enter(host, slug);
          await expect(connect(access)).rejects.toThrow();
          expect(await fallsBackTo(access)).toBe('2025-11-25');
        });
      }
    }
