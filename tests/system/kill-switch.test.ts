import { randomBytes } from 'node:crypto';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type SlowUpstream, startSlowUpstream } from '../fixtures/upstreams/slow-upstream';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, send } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const WITHIN_MS = 500;
const CALLERS = 6;
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { read_fast: {}, read_slow: {}, read_asked: { approval: { approvers: ['role:approver'] } } },
};

describe('the kill switch, at a console node and a gateway node on one database', () => {
  let database: TestDatabase;
  let listener: pg.Client;
  let upstream: SlowUpstream;
  let nodes: [RunningCallgate, RunningCallgate];
  let access: Access;
  let notifiedAt: number[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    upstream = await startSlowUpstream();
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    const first = await startCallgate({ env });
    nodes = [first, await startCallgate({ args: ['--gateway'], env })];
    await register(first, httpServer('slow', upstream.port));
    await publish(first, 'slow', 'main', POLICY);
    access = await grantAccess(first, 'slow', 'main');
    listener = new pg.Client(database.poolConfig as pg.ClientConfig);
    await listener.connect();
    listener.on('notification', () => notifiedAt.push(Date.now()));
    await listener.query('LISTEN callgate_config');
    for (const node of nodes)
      await eventually('the node knows the grant', async () => outcomeOf(await callTool(at(node), 'read_fast', { id: 'warm' })) === 'ok');
  });
  afterAll(async () => {
    await listener?.end();
    await Promise.all((nodes ?? []).map((node) => node.remove()));
    await upstream?.stop();
    await database?.drop();
  });
  afterEach(async () => {
    const { engaged } = await must<{ engaged: { scope: string; label: string }[] }>(nodes[0], 200, 'GET', '/kill-switch');
    for (const { scope, label } of engaged) await set(scope, label, false);
  });

  const at = (node: RunningCallgate): Access => ({ ...access, url: `${node.url}/mcp/slow` });
  const set = (scope: string, target: string, engaged: boolean, node = nodes[0]) =>
    must<{ id: string }>(node, 200, 'POST', '/kill-switch', { scope, target, engaged, reason: 'the test says so' });
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  const reasonOf = (result: any): string => result?._meta?.['dev.callgate/decision']?.reason ?? (result?.isError ? 'error' : 'ran');

  it.each([
    ['all', 'all', 0],
    ['server', 'slow', 1],
    ['agent', '', 0],
    ['tool', 'slow/read_fast', 1],
  ] as const)(
    `of scope %s lets no call through ${WITHIN_MS} ms after its commit, under load, and all pass again afterwards`,
    async (scope, named, through) => {
      const target = named || access.agent;
      let running = true;
      let serial = 0;
      const words: string[] = [];
      const load = nodes.flatMap((node) =>
        Array.from({ length: CALLERS }, async () => {
          while (running) {
            const { body, status } = await callTool(at(node), 'read_fast', { id: `${scope}-${serial++}` });
            words.push(status === 200 ? reasonOf(body.result) : String(status));
          }
        }),
      );
      const before = upstream.calls.length;
      await eventually('both nodes are under load', async () => upstream.calls.length > before + 100);
      notifiedAt = [];
      await set(scope, target, true, nodes[through]);
      const committedAt = await eventually('the commit is heard of', async () => notifiedAt[0] ?? 0);
      const refused = words.length;
      await eventually('calls are refused', async () => words.length > refused + 50);
      await new Promise((resolve) => setTimeout(resolve, WITHIN_MS));
      const last = upstream.calls.filter((call) => call.tool === 'read_fast').at(-1)?.at ?? 0;
      console.info(`The last call that a kill switch of scope ${scope} let through arrived ${last - committedAt} ms after the commit.`);
      expect(last - committedAt).toBeLessThanOrEqual(WITHIN_MS);
      await set(scope, target, false, nodes[through]);
      const freed = upstream.calls.length;
      await eventually('calls pass again', async () => upstream.calls.length > freed + 50);
      running = false;
      await Promise.all(load);
      expect(new Set(words)).toEqual(new Set(['ran', 'kill.engaged', ...words.filter((word) => word === 'kill.cancelled')]));
    },
  );

  it.each(['SDK 1', 'SDK 2'])(
    'cancels a call of a %s client that runs at either node: at the server, in the record, and for the client',
    async (sdk) => {
      for (const [n, node] of nodes.entries()) {
        const id = `${sdk} at ${n}`;
        const headers = { authorization: `Bearer ${access.token}` };
        const client = sdk === 'SDK 1' ? new Client({ name: 'one', version: '1' }) : new Client2({ name: 'two', version: '2' });
        const url = new URL(at(node).url);
        if (client instanceof Client) await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
        else await client.connect(new Transport2(url, { requestInit: { headers } }));
        const told = upstream.cancelled.length;
        const answer = client.callTool({ name: 'read_slow', arguments: { id } });
        const call = await eventually('the call is at the server', async () => upstream.calls.find((one) => one.id === id) ?? null);
        notifiedAt = [];
        await set('tool', 'slow/read_slow', true);
        const result = await answer;
        expect(reasonOf(result)).toBe('kill.cancelled');
        expect((result as { content: { text: string }[] }).content[0]?.text).toMatch(/^Stopped by an operator: .*UNKNOWN/);
        const closedAt = await eventually('the server sees the end', async () => call.closedAt);
        expect(closedAt - (notifiedAt[0] ?? 0)).toBeLessThanOrEqual(WITHIN_MS);
        await eventually('the server is told', async () => upstream.cancelled.length > told && upstream.cancelled.includes(call.rpcId));
        const event = await eventually('the outcome is recorded', async () => {
          const { items } = await must<{ items: { id: string; outcome: string | null }[] }>(
            nodes[0],
            200,
            'GET',
            '/audit?tool=read_slow&limit=1',
          );
          return items[0]?.outcome === 'cancelled' ? items[0] : null;
        });
        const detail = await must<object>(nodes[0], 200, 'GET', `/audit/${event.id}`);
        expect(JSON.stringify(detail)).toContain('kill.cancelled: the kill switch kil_');
        const { tools } = await client.listTools();
        expect(tools.map((tool) => tool.name)).toEqual(['read_fast', 'read_asked']);
        await set('tool', 'slow/read_slow', false);
        // The answer waits for the node that was asked; the other one hears of it a moment later.
        await eventually('all tools are listed again', async () => (await client.listTools()).tools.length === 3);
        await client.close();
      }
    },
  );

  it('ends calls that wait for a person at either node, and takes their requests back', async () => {
    const waiting = nodes.map((node, n) => callTool(at(node), 'read_asked', { id: `asked at ${n}` }));
    const pending = await eventually('both wait', async () => {
      const { items } = await must<{ items: { id: string }[] }>(nodes[0], 200, 'GET', '/approvals?status=pending');
      return items.length === 2 && items;
    });
    await set('agent', access.agent, true);
    const engagedMs = performance.now();
    for (const answer of await Promise.all(waiting)) expect(reasonOf(answer.body.result)).toBe('kill.engaged');
    console.info(`Calls that waited for a person were answered ${Math.round(performance.now() - engagedMs)} ms after the kill switch.`);
    for (const { id } of pending) expect(await must(nodes[0], 200, 'GET', `/approvals/${id}`)).toMatchObject({ status: 'withdrawn' });
    expect(upstream.calls.filter((call) => call.tool === 'read_asked')).toEqual([]);
  });

  it('lists nothing and opens nothing while the server is stopped', async () => {
    await set('server', 'slow', true);
    for (const node of nodes) {
      const list = await eventually('the list is empty', async () => {
        const { body } = await send(at(node), { method: 'tools/list' });
        return body.result.tools.length === 0 ? body.result : null;
      });
      expect(list.tools).toEqual([]);
      const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
      expect((await send(at(node), { method: 'initialize', params: opening })).body.error.data.reason).toBe('kill.engaged');
    }
  });
});
