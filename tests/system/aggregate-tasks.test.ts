import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  TaskStatusNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { EVERYTHING, fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { startTaskUpstream, type TaskUpstream } from '../fixtures/upstreams/task-upstream';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { send } from './support/calls';
import { eventually } from './support/eventually';
import { type NextHost, startNextHost } from './support/next-host';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const EXTENSION = 'io.modelcontextprotocol/tasks';
const RELATED = 'io.modelcontextprotocol/related-task';
const ANY = z.looseObject({});
const ALLOW = { version: '1', default: 'allow' };
const POLICY = {
  version: '1',
  default: 'allow',
  tools: { work: { limits: [{ counter: 'work', window: 'day', max: 2, scope: 'grant' }] } },
};

let database: TestDatabase;
let callgate: RunningCallgate;
let next: NextHost;
let everything: StartedUpstream;
let asking: StartedUpstream;
let alpha: TaskUpstream;
let beta: TaskUpstream;

beforeAll(async () => {
  database = await createTestDatabase();
  [everything, asking, alpha, beta] = await Promise.all([
    startServer([EVERYTHING, 'streamableHttp']),
    startServer([fixtureFile('asking-upstream.mjs')]),
    startTaskUpstream('the word of alpha'),
    startTaskUpstream('the word of beta'),
  ]);
  callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
  for (const server of [
    httpServer('everything', everything.port),
    httpServer('asking-one', asking.port),
    httpServer('asking-two', asking.port),
    httpServer('alpha', alpha.port),
    httpServer('beta', beta.port),
  ]) {
    await register(callgate, server);
    await publish(callgate, server.slug, 'main', ['alpha', 'beta'].includes(server.slug) ? POLICY : ALLOW);
  }
  next = await startNextHost(callgate, { DATABASE_URL: database.url });
});
afterAll(async () => {
  await next?.stop();
  await callgate?.remove();
  await Promise.all([everything?.stop(), asking?.stop(), alpha?.stop(), beta?.stop()]);
  await database?.drop();
});

const bearer = ({ token }: Pick<Access, 'token'>) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

describe.each(['node', 'next'] as const)('tasks at the aggregate on %s', (host) => {
  /** An agent with a grant for each of the servers, once this host knows all of them. */
  async function newAgent(servers: readonly string[]): Promise<Access> {
    const [first, ...others] = servers as [string, ...string[]];
    const access = await grantAccess(callgate, first, 'main');
    for (const server of others) await grantAccess(callgate, server, 'main', { agent: access.agent });
    const agent = { ...access, url: host === 'node' ? `${callgate.url}/mcp` : `http://127.0.0.1:${next.port}/mcp` };
    await eventually('the host knows every grant', async () => {
      const { status, body } = await send(agent, { method: 'tools/list' });
      const names = status === 200 ? JSON.stringify(body.result.tools) : '';
      return servers.every((server) => names.includes(`"${server}__`));
    });
    return agent;
  }

  async function sdk1(access: Access, client = new Client({ name: 'one', version: '1' }, { enforceStrictCapabilities: true })) {
    await client.connect(new StreamableHTTPClientTransport(new URL(access.url), bearer(access)));
    return client;
  }
  async function sdk2(access: Access) {
    const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation: { mode: 'legacy' } } as never);
    await client.connect(new Transport2(new URL(access.url), bearer(access)));
    // biome-ignore lint/suspicious/noExplicitAny: answers are compared as a whole
    return { client, ask: (method: string, params: object): Promise<any> => client.request({ method, params } as never, ANY) };
  }
  const create = async (access: Access, server: string): Promise<string> =>
    (await send(access, { method: 'tools/call', params: { name: `${server}__work`, arguments: {}, task: {} } })).body.result.task.taskId;
  const about = (access: Access, method: string, taskId: string) => send(access, { method, params: { taskId } });
  /** The ids on every page. */
  async function listed(access: Access): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const { result } = (await send(access, { method: 'tasks/list', params: cursor === undefined ? {} : { cursor } })).body;
      ids.push(...result.tasks.map(({ taskId }: { taskId: string }) => taskId));
      cursor = result.nextCursor;
    } while (cursor !== undefined);
    return ids;
  }

  it('SDK 1: a tool of a real server runs as a task, asks its person, and is polled to its result', async () => {
    const agent = await newAgent(['everything', 'alpha']);
    const client = new Client({ name: 'one', version: '1' }, { capabilities: { elicitation: {} }, enforceStrictCapabilities: true });
    let asked: unknown;
    const told = new Set<string>();
    client.setNotificationHandler(TaskStatusNotificationSchema, ({ params }) => void told.add(params.taskId));
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked = params._meta?.[RELATED];
      return { action: 'accept' as const, content: { interpretation: 'snake' } };
    });
    await sdk1(agent, client);
    expect(client.getServerCapabilities()?.tasks).toEqual({ list: {}, cancel: {}, requests: { tools: { call: {} } } });
    const { tools } = await client.listTools();
    const support = (name: string) => tools.find((tool) => tool.name === name)?.execution?.taskSupport;
    expect([support('everything__simulate-research-query'), support('alpha__work')]).toEqual(['required', 'optional']);
    const stream = client.experimental.tasks.callToolStream(
      { name: 'everything__simulate-research-query', arguments: { topic: 'python', ambiguous: true } },
      CallToolResultSchema,
    );
    const seen: { type: string; id?: string; text?: string }[] = [];
    for await (const message of stream) {
      if (message.type === 'error') throw message.error;
      if (message.type === 'result') seen.push({ type: message.type, text: JSON.stringify(message.result) });
      else seen.push({ type: message.type, id: message.task.taskId });
    }
    const id = seen[0]?.id ?? '';
    expect(id).toMatch(/^everything~t~./);
    expect(new Set(seen.slice(0, -1).map((one) => one.id))).toEqual(new Set([id]));
    expect(seen.at(-1)?.text).toContain('python (snake)');
    expect(seen.at(-1)?.text).toContain(`"${RELATED}":{"taskId":"${id}"}`);
    expect(asked).toEqual({ taskId: id });
    expect([...told]).toEqual([id]);
    expect((await client.experimental.tasks.listTasks()).tasks.map(({ taskId }) => taskId)).toEqual([id]);
    await client.close();
  });

  it('SDK 1: a task of a real server is cancelled', async () => {
    const agent = await newAgent(['everything']);
    const client = await sdk1(agent);
    await client.listTools();
    const created = client.experimental.tasks.callToolStream(
      { name: 'everything__simulate-research-query', arguments: { topic: 'x' } },
      CallToolResultSchema,
    );
    const first = await created.next();
    if (first.done === true || first.value.type !== 'taskCreated') throw new Error('no task was made');
    const { taskId } = first.value.task;
    expect(await client.experimental.tasks.cancelTask(taskId)).toMatchObject({ taskId, status: 'cancelled' });
    expect(await client.experimental.tasks.getTask(taskId)).toMatchObject({ taskId, status: 'cancelled' });
    await client.close();
  });

  it('SDK 1: a server follows the task that the client made of its question, and learns of no other', async () => {
    const agent = await newAgent(['asking-one', 'asking-two']);
    const taskStore = new InMemoryTaskStore();
    const capabilities = { sampling: {}, tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} } } } };
    const client = new Client({ name: 'working', version: '1' }, { capabilities, taskStore });
    client.setRequestHandler(CreateMessageRequestSchema, async (_request, { taskStore: own }) => {
      const task = await own?.createTask({ ttl: 60_000, pollInterval: 100 });
      if (own === undefined || task === undefined) throw new Error('it was asked for at once');
      const answer = { model: 'none', role: 'assistant' as const, content: { type: 'text' as const, text: 'done later' } };
      setTimeout(() => void own.storeTaskResult(task.taskId, 'completed', answer), 150);
      return { task };
    });
    await sdk1(agent, client);
    const call = async (name: string, args: object) => {
      const { content } = (await client.callTool({ name, arguments: { ...args } })) as { content: { text: string }[] };
      return JSON.parse(content[0]?.text ?? 'null');
    };
    const later = await call('asking-one__ask_later', { prompt: 'think' });
    expect(later).toMatchObject({ status: 'completed', result: { content: { text: 'done later' } } });
    expect(await call('asking-two__pry', { taskId: later.taskId })).toEqual([-32602, -32602, -32601]);
    expect(await call('asking-one__pry', { taskId: later.taskId })).toEqual(['answered', 'answered', -32601]);
    taskStore.cleanup();
    await client.close();
  });

  it('SDK 2: two servers give the same ids, and each task is where it was made', async () => {
    const agent = await newAgent(['alpha', 'beta']);
    const { client, ask } = await sdk2(agent);
    const made: Record<string, string> = {};
    for (const server of ['alpha', 'beta']) {
      const { task } = await ask('tools/call', { name: `${server}__work`, arguments: {}, task: { ttl: 60_000 } });
      made[server] = task.taskId;
      expect(await ask('tasks/get', { taskId: task.taskId })).toMatchObject({ taskId: task.taskId, status: 'working' });
    }
    const { alpha: one = '', beta: two = '' } = made;
    expect([one, two].map((id) => id.split('task-')[0])).toEqual(['alpha~t~', 'beta~t~']);
    expect((await listed(agent)).sort()).toEqual([one, two]);
    const result = await ask('tasks/result', { taskId: two });
    expect([result.content[0].text, result._meta[RELATED]]).toEqual(['the word of beta', { taskId: two }]);
    expect(beta.seen.at(-1)).toBe(`tasks/result ${two.slice('beta~t~'.length)}`);
    expect(await ask('tasks/get', { taskId: two })).toMatchObject({ status: 'completed' });
    expect(await ask('tasks/get', { taskId: one })).toMatchObject({ status: 'working' });
    expect(await ask('tasks/cancel', { taskId: one })).toMatchObject({ taskId: one, status: 'cancelled' });
    expect(await create(agent, 'alpha')).toMatch(/^alpha~t~/);
    const limited = await ask('tools/call', { name: 'alpha__work', arguments: {}, task: {} });
    expect(limited._meta['dev.callgate/decision'].outcome).toBe('limited');
    await eventually('every call is in the trail', async () => {
      const { items } = await must<{ items: { server: string; tool: string; decision: string }[] }>(
        callgate,
        200,
        'GET',
        `/audit?agent=${agent.agent}&limit=20`,
      );
      const calls = items.filter(({ tool, decision }) => tool === 'work' && decision === 'allowed').map(({ server }) => server);
      return calls.sort().join() === 'alpha,alpha,beta';
    });
    await client.close();
  });

  it("an agent reaches no task that another agent's call made, and no server without a grant", async () => {
    const [owner, other, stranger] = await Promise.all([newAgent(['alpha', 'beta']), newAgent(['alpha']), newAgent(['everything'])]);
    const [own, further] = [await create(owner, 'alpha'), await create(owner, 'beta')];
    const before = [alpha.seen.length, beta.seen.length];
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
      for (const [who, id] of [
        [other, own],
        [other, further],
        [other, own.replace('alpha', 'beta')],
        [other, own.slice('alpha~t~'.length)],
        [stranger, own],
        [owner, 'none~t~task-1'],
      ] as const)
        expect((await about(who, method, id)).body.error).toMatchObject({ code: -32602, message: 'Task not found' });
    expect([alpha.seen.length, beta.seen.length]).toEqual(before);
    expect(await listed(other)).toEqual([]);
    expect((await listed(owner)).sort()).toEqual([own, further]);
    expect((await about(owner, 'tasks/get', own)).body.result).toMatchObject({ taskId: own, status: 'working' });
    const { nextCursor } = (await send(owner, { method: 'tasks/list' })).body.result;
    expect((await send(other, { method: 'tasks/list', params: { cursor: nextCursor } })).body.error.code).toBe(-32602);
  });

  it('a server that is down is named, and the tasks of the others are there', async () => {
    const slug = `gone-${host}`;
    const dead = await startTaskUpstream('the word of the dead');
    await register(callgate, httpServer(slug, dead.port));
    await publish(callgate, slug, 'main', POLICY);
    const agent = await newAgent(['alpha', slug]);
    const [lives, lost] = [await create(agent, 'alpha'), await create(agent, slug)];
    const client = await sdk1(agent);
    await dead.stop();
    const list = (await client.experimental.tasks.listTasks()) as { tasks: { taskId: string }[]; _meta?: Record<string, unknown> };
    expect(list._meta?.['dev.callgate/unavailable']).toEqual([expect.objectContaining({ server: slug, reason: 'failed' })]);
    expect(await listed(agent)).toEqual([lives]);
    expect((await about(agent, 'tasks/get', lost)).body.error).toBeDefined();
    expect((await about(agent, 'tasks/get', lives)).body.result).toMatchObject({ taskId: lives });
    await client.close();
  });

  it('2026-07-28: the extension, with its news, its update and its inline result', async () => {
    const agent = await newAgent(['alpha', 'beta', 'everything']);
    const other = await newAgent(['alpha']);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { extensions: { [EXTENSION]: {} } },
    };
    const modern = (access: Access, method: string, params: Record<string, unknown> = {}) => {
      const name = params.name ?? params.taskId;
      const named: Record<string, string> = typeof name === 'string' ? { 'mcp-name': name } : {};
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...named };
      return send(access, { method, params: { ...params, _meta } }, { headers });
    };
    const { capabilities } = (await modern(agent, 'server/discover')).body.result;
    expect([capabilities.extensions, capabilities.tasks]).toEqual([{ [EXTENSION]: {} }, undefined]);
    const made = (await modern(agent, 'tools/call', { name: 'beta__work', arguments: {} })).body.result;
    expect(made).toMatchObject({ resultType: 'task', taskId: expect.stringMatching(/^beta~t~task-/), status: 'working' });
    const { taskId } = made;
    expect((await modern(agent, 'tasks/get', { taskId })).body.result).toMatchObject({ taskId, status: 'working' });
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect((await modern(other, method, { taskId })).body.error).toMatchObject({ message: 'Task not found' });

    const heard = async (access: Access): Promise<string[]> => {
      const params = { notifications: { taskIds: [taskId, 'none~t~1'] }, _meta };
      const answer = await fetch(access.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${access.token}`,
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'subscriptions/listen',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 'l', method: 'subscriptions/listen', params }),
        signal: AbortSignal.timeout(1_500),
      });
      const texts: string[] = [];
      const decoder = new TextDecoder();
      try {
        for await (const chunk of answer.body ?? []) texts.push(decoder.decode(chunk, { stream: true }));
      } catch {
        // It stays open for as long as it is listened to.
      }
      return texts
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('data:'));
    };
    const news = await heard(agent);
    expect(news).toHaveLength(2);
    expect(JSON.parse(news[0]?.slice(5) ?? '').params.notifications).toEqual({ taskIds: [taskId] });
    expect(JSON.parse(news[1]?.slice(5) ?? '')).toMatchObject({ method: 'notifications/tasks', params: { taskId, status: 'working' } });
    await grantAccess(callgate, 'beta', 'main', { agent: other.agent });
    await eventually('the other agent reaches the server too', async () =>
      JSON.stringify((await send(other, { method: 'tools/list' })).body).includes('"beta__'),
    );
    expect(await heard(other)).toHaveLength(1);

    expect((await modern(agent, 'tasks/update', { taskId, inputResponses: {} })).body.result).toBeDefined();
    expect((await modern(agent, 'tasks/get', { taskId })).body.result).toMatchObject({
      taskId,
      status: 'completed',
      result: { content: [{ type: 'text', text: 'the word of beta' }] },
    });
    // A task of the older revisions is another thing.
    expect((await modern(agent, 'tasks/get', { taskId: 'everything~t~any' })).body.error.message).toBe('Task not found');
    const plain = await modern(agent, 'tools/call', { name: 'everything__echo', arguments: { message: 'hello' }, task: {} });
    expect(JSON.stringify(plain.body.result.content)).toContain('hello');
  });
});
