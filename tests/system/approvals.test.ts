import { randomBytes } from 'node:crypto';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const NODES = 3;
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'], expires: '10m' } } } };

interface Listed {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly waiting: { readonly calls: number };
  readonly consumedEvent: string | null;
  readonly differences: readonly string[];
}

describe(`calls that need a person, at ${NODES} gateway processes on one database`, () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sink: Sink;
  let nodes: RunningCallgate[] = [];
  let first: RunningCallgate;
  let second: RunningCallgate;
  let serial = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    sink = await startSink();
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    nodes = await Promise.all(Array.from({ length: NODES }, () => startCallgate({ args: ['--gateway'], env })));
    [first, second] = nodes as [RunningCallgate, RunningCallgate];
    await register(first, httpServer('sink', sink.port));
    await publish(first, 'sink', 'main', POLICY);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.remove()));
    await sink?.stop();
    await pool?.end();
    await database?.drop();
  });

  /** An agent of its own and arguments that nobody else sends, so that tests see only their own calls and requests. */
  async function newCall(): Promise<{ access: Access; args: { id: string } }> {
    serial += 1;
    const access = await grantAccess(first, 'sink', 'main');
    await Promise.all(
      nodes.map((node) =>
        eventually('every node knows the grant', async () => (await callTool(at(node, access), 'read_record', { id: 'x' })).status === 200),
      ),
    );
    return { access, args: { id: `call-${serial}` } };
  }
  const at = (node: RunningCallgate, access: Access): Access => ({ ...access, url: `${node.url}/mcp/sink` });
  const sunk = (args: { id: string }) => sink.calls().filter((call) => call.arguments.id === args.id);
  const listed = async (access: Access): Promise<Listed[]> =>
    (await must<{ items: Listed[] }>(second, 200, 'GET', `/approvals?agent=${access.agent}`)).items;
  /** The request of this agent, once so many calls wait for it. */
  const waiting = (access: Access, calls = 1): Promise<Listed> =>
    eventually(
      `${calls} calls wait`,
      async () => (await listed(access)).find((one) => one.status === 'pending' && one.waiting.calls >= calls) ?? null,
    );
  const approve = (one: Listed, node = second) => must<Listed>(node, 200, 'POST', `/approvals/${one.id}/approve`, { digest: one.digest });
  const deny = (one: Listed, reason: string) =>
    must<Listed>(second, 200, 'POST', `/approvals/${one.id}/deny`, { digest: one.digest, reason });
  const textOf = (result: unknown): string => (result as { content: { text: string }[] }).content[0]?.text ?? '';
  const reasonOf = ({ body }: Answer): string =>
    body?.result?._meta?.['dev.callgate/decision']?.reason ?? (body?.result?.isError ? 'error' : 'ran');

  async function sdk1(access: Access): Promise<Client> {
    const client = new Client({ name: 'one', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(access.url), { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }),
    );
    return client;
  }
  async function sdk2(access: Access, mode: 'legacy' | 'auto'): Promise<Client2> {
    const client = new Client2({ name: 'two', version: '2' }, { versionNegotiation: { mode } });
    await client.connect(new Transport2(new URL(access.url), { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }));
    return client;
  }

  it('complete in the waiting SDK 1 client when somebody approves at another node, and run once', async () => {
    const { access, args } = await newCall();
    const client = await sdk1(at(first, access));
    const result = client.callTool({ name: 'write_record', arguments: args });
    const one = await waiting(access);
    expect(sunk(args)).toEqual([]);
    const approvedMs = performance.now();
    await approve(one);
    expect((await result).isError).not.toBe(true);
    console.info(`approved at one node, answered at the other after ${Math.round(performance.now() - approvedMs)} ms`);
    expect(sunk(args)).toHaveLength(1);
    const [after] = await listed(access);
    expect(after).toMatchObject({ status: 'consumed', consumedEvent: expect.stringMatching(/^evt_/) });
    await client.close();
  });

  it.each(['legacy', 'auto'] as const)(
    'complete in the waiting SDK 2 client (%s), and a denial reaches it with its reason',
    async (mode) => {
      const { access, args } = await newCall();
      const client = await sdk2(at(first, access), mode);
      const result = client.callTool({ name: 'write_record', arguments: args });
      await approve(await waiting(access));
      expect((await result).isError).not.toBe(true);
      expect(sunk(args)).toHaveLength(1);
      const other = { id: `${args.id}-denied` };
      const refused = client.callTool({ name: 'write_record', arguments: other });
      await deny(await waiting(access), 'the record is locked');
      const denied = await refused;
      expect(denied.isError).toBe(true);
      expect(textOf(denied)).toMatch(/the record is locked.*NOT EXECUTED/);
      expect(sunk(other)).toEqual([]);
      await client.close();
    },
  );

  it('answer a client with the usual timeout of 60 s before that, and its identical retry runs once after the approval', async () => {
    const { access, args } = await newCall();
    const client = await sdk1(at(first, access));
    const call = () => client.callTool({ name: 'write_record', arguments: args }, undefined, { timeout: 60_000 });
    const result = await call();
    expect(result.isError).toBe(true);
    const [one] = await listed(access);
    expect(textOf(result)).toMatch(new RegExp(`NOT EXECUTED.*${one?.id}.*identical call attaches`));
    expect(one?.status).toBe('pending');
    await approve(one as Listed);
    expect((await call()).isError).not.toBe(true);
    expect(sunk(args)).toHaveLength(1);
    await client.close();
  }, 120_000);

  it('show progress to a client that asked for it, which goes on waiting past its own timeout', async () => {
    const { access, args } = await newCall();
    const client = await sdk1(at(first, access));
    const heard: number[] = [];
    const result = client.callTool({ name: 'write_record', arguments: args }, undefined, {
      timeout: 15_000,
      resetTimeoutOnProgress: true,
      onprogress: ({ progress }) => void heard.push(progress),
    });
    await eventually('progress is heard twice', () => heard.length >= 2, 60_000);
    await approve(await waiting(access));
    expect((await result).isError).not.toBe(true);
    expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
    expect(sunk(args)).toHaveLength(1);
    await client.close();
  }, 120_000);

  it('are not withdrawn by a client that gives up: nothing runs for it, and its retry at another node does, once', async () => {
    const { access, args } = await newCall();
    const client = await sdk1(at(first, access));
    const gaveUp = client.callTool({ name: 'write_record', arguments: args }, undefined, { timeout: 1_500 });
    const one = await waiting(access);
    await expect(gaveUp).rejects.toThrow(/timed out/i);
    await eventually('nobody waits any more', async () => (await listed(access))[0]?.waiting.calls === 0);
    await approve(one);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sunk(args)).toEqual([]);
    expect(reasonOf(await callTool(at(second, access), 'write_record', args))).toBe('ran');
    expect(sunk(args)).toHaveLength(1);
    await client.close();
  });

  it('of 50 identical calls that wait in three processes exactly one runs', async () => {
    const { access, args } = await newCall();
    const answers = Array.from({ length: 50 }, (_, i) => callTool(at(nodes[i % NODES] as RunningCallgate, access), 'write_record', args));
    await approve(await waiting(access, 50));
    const reasons = (await Promise.all(answers)).map(reasonOf);
    expect(reasons.filter((reason) => reason === 'ran')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'approval.consumed')).toHaveLength(49);
    expect(sunk(args)).toHaveLength(1);
    expect(await listed(access)).toHaveLength(1);
  });

  it('survive kill -9 of the node that holds them: the retry at another node attaches to the same request', async () => {
    const { access, args } = await newCall();
    const dying = nodes[2] as RunningCallgate;
    const broken = callTool(at(dying, access), 'write_record', args).then(
      () => 'answered',
      () => 'broken',
    );
    const one = await waiting(access);
    await dying.kill();
    expect(await broken).toBe('broken');
    const retried = callTool(at(first, access), 'write_record', args);
    await eventually('the retry attaches', async () => {
      const all = await listed(access);
      return all.length === 1 && (await pool.query('SELECT asks FROM approvals WHERE id = $1', [one.id])).rows[0].asks === 2;
    });
    await approve(one);
    expect(reasonOf(await retried)).toBe('ran');
    expect(sunk(args)).toHaveLength(1);
    nodes[2] = await dying.restart();
  });

  it('end as stale with the difference named when the policy is published anew meanwhile: the approval is refused, and nothing runs', async () => {
    const { access, args } = await newCall();
    const answer = callTool(at(first, access), 'write_record', args);
    const one = await waiting(access);
    await publish(first, 'sink', 'main', { ...POLICY, description: `changed for ${args.id}` });
    const refused = await second.api<{ error: { code: string; message: string } }>('POST', `/approvals/${one.id}/approve`, {
      digest: one.digest,
    });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'approval.stale']);
    expect(refused.body.error.message).toMatch(/policy is version \d+ now; version \d+ was shown/);
    const { body } = await answer;
    expect(body.result._meta['dev.callgate/decision'].reason).toBe('approval.stale');
    expect(textOf(body.result)).toMatch(/policy is version \d+ now/);
    expect(sunk(args)).toEqual([]);
  });

  it('run for nobody whose grant was revoked between the approval and the retry', async () => {
    const { access, args } = await newCall();
    const gone = new AbortController();
    const left = callTool(at(first, access), 'write_record', args, { signal: gone.signal }).catch(() => null);
    const one = await waiting(access);
    gone.abort();
    await left;
    await approve(one);
    await must(first, 200, 'POST', `/grants/${access.grant}/revoke`, { reason: 'lost' });
    expect((await callTool(at(second, access), 'write_record', args)).status).toBe(401);
    expect(sunk(args)).toEqual([]);
  });

  it('are denied when nobody decides in time', async () => {
    await publish(first, 'sink', 'hasty', {
      version: '1',
      default: 'deny',
      tools: { write_record: { approval: { approvers: ['role:approver'], expires: '2s' } } },
    });
    const access = await grantAccess(first, 'sink', 'hasty');
    const args = { id: 'nobody-decides' };
    expect(reasonOf(await callTool(access, 'write_record', args))).toBe('approval.expired');
    const [one] = await listed(access);
    expect(one?.status).toBe('expired');
    const late = await second.api('POST', `/approvals/${one?.id}/approve`, { digest: one?.digest });
    expect(late.status).toBe(409);
    expect(sunk(args)).toEqual([]);
  });

  it('leave a whole history: who was shown what, who decided, and which call it let through', async () => {
    const { access, args } = await newCall();
    const answer = callTool(at(first, access), 'write_record', args);
    const one = await waiting(access);
    await must(second, 200, 'GET', `/approvals/${one.id}`);
    await approve(one);
    await answer;
    const { rows } = await pool.query<{ action: string; actor_name: string; after: { digest: string } }>(
      'SELECT action, actor_name, after FROM admin_changes WHERE entity_id = $1 ORDER BY id',
      [one.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['approval.read', 'approval.approve']);
    for (const row of rows) expect(row.after.digest).toBe(one.digest);
    const [after] = await listed(access);
    const event = await must<{ reason: string; trace: { note?: string }[] }>(second, 200, 'GET', `/audit/${after?.consumedEvent}`);
    expect(event.reason).toBe('approval.granted');
    expect(event.trace.at(-1)?.note).toContain(one.digest);
    expect((await must<{ ok: boolean }>(second, 200, 'GET', '/audit/verify')).ok).toBe(true);
  });
});
