import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type FickleCall, type FickleUpstream, startFickleUpstream } from '../fixtures/upstreams/fickle-upstream';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const NODES = 2;
const ASKED = { version: '1', default: 'deny', tools: { work: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const OPEN = { version: '1', default: 'deny', tools: { work: {} } };

interface Listed {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly waiting: { readonly calls: number };
  readonly consumedEvent: string | null;
}

describe(`answers that do not arrive, at ${NODES} gateway processes on one database`, () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let upstream: FickleUpstream;
  let nodes: RunningCallgate[] = [];
  let first: RunningCallgate;
  let second: RunningCallgate;
  let serial = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    upstream = await startFickleUpstream();
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    nodes = await Promise.all(Array.from({ length: NODES }, () => startCallgate({ args: ['--gateway'], env })));
    [first, second] = nodes as [RunningCallgate, RunningCallgate];
    await register(first, httpServer('fickle', upstream.port));
    await publish(first, 'fickle', 'asked', ASKED);
    await publish(first, 'fickle', 'open', OPEN);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.remove()));
    await upstream?.stop();
    await pool?.end();
    await database?.drop();
  });

  const at = (node: RunningCallgate, access: Access): Access => ({ ...access, url: `${node.url}/mcp/fickle` });
  const newArgs = () => ({ id: `call-${++serial}` });
  const newAccess = async (policy: string): Promise<Access> => {
    const access = await grantAccess(first, 'fickle', policy);
    for (const node of nodes)
      await eventually('the node knows the grant', async () => (await callTool(at(node, access), 'nothing')).status === 200);
    return access;
  };
  const arrived = (args: { id: string }): FickleCall[] => upstream.calls.filter((call) => call.id === args.id);
  const atServer = (args: { id: string }): Promise<FickleCall> => eventually('the call is at the server', () => arrived(args)[0] ?? null);
  const listed = async (access: Access): Promise<Listed[]> =>
    (await must<{ items: Listed[] }>(second, 200, 'GET', `/approvals?agent=${access.agent}`)).items;
  const approve = async (access: Access): Promise<Listed> => {
    const one = await eventually('the call waits', async () => (await listed(access)).find(({ status }) => status === 'pending') ?? null);
    return must<Listed>(second, 200, 'POST', `/approvals/${one.id}/approve`, { digest: one.digest });
  };
  const textOf = ({ body }: Answer): string => body?.result?.content?.[0]?.text ?? '';

  /** An approved call at the server whose client hangs up. */
  async function hungUp(access: Access, args: { id: string }): Promise<FickleCall> {
    const gone = new AbortController();
    const left = callTool(at(first, access), 'work', args, { signal: gone.signal }).catch(() => null);
    await approve(access);
    const call = await atServer(args);
    gone.abort();
    await left;
    return call;
  }

  it.each(['while it runs', 'after it has ended'])(
    'reach the identical retry at another node %s: the server saw one call, and the record names it',
    async (when) => {
      const [access, args] = [await newAccess('asked'), newArgs()];
      const call = await hungUp(access, args);
      const kept = async () => (await pool.query('SELECT 1 FROM undelivered_answers')).rowCount === 1;
      if (when === 'after it has ended') {
        // A hang-up takes a moment to be noticed.
        await new Promise((resolve) => setTimeout(resolve, 300));
        call.finish();
        await eventually('the answer is kept', kept);
      }
      const retry = callTool(at(second, access), 'work', args);
      if (when === 'while it runs') {
        await new Promise((resolve) => setTimeout(resolve, 500));
        call.finish();
      }
      expect(textOf(await retry)).toBe(`done ${args.id}`);
      expect(arrived(args)).toHaveLength(1);
      await eventually('the answer is kept no longer', async () => !(await kept()));
      const [request] = await listed(access);
      const rows = await pool.query<{ reason: string; message: string }>(
        "SELECT reason, message FROM audit_events WHERE agent_slug = $1 AND tool = 'work' ORDER BY at, id",
        [access.agent],
      );
      expect(rows.rows.map(({ reason }) => reason)).toEqual(['approval.granted', 'approval.replayed']);
      expect(rows.rows[1]?.message).toContain(request?.consumedEvent);
      expect((await must<{ ok: boolean }>(second, 200, 'GET', '/audit/verify')).ok).toBe(true);
    },
  );

  it('are stored sealed, and their result cannot be read in the database', async () => {
    const [access, args] = [await newAccess('asked'), newArgs()];
    const call = await hungUp(access, args);
    await new Promise((resolve) => setTimeout(resolve, 300));
    call.finish();
    const envelope = await eventually(
      'the answer is kept',
      async () => (await pool.query<{ envelope: string }>('SELECT envelope FROM undelivered_answers')).rows[0]?.envelope ?? null,
    );
    expect(envelope).not.toContain('done');
    expect(Buffer.from(envelope, 'base64').toString('latin1')).not.toContain('done');
    expect(textOf(await callTool(at(second, access), 'work', args))).toBe(`done ${args.id}`);
  });

  it('of a node that was killed while the call ran are of unknown outcome: the retry asks a person anew', async () => {
    const [access, args] = [await newAccess('asked'), newArgs()];
    const broken = callTool(at(first, access), 'work', args).then(
      () => 'answered',
      () => 'broken',
    );
    await approve(access);
    await atServer(args);
    await first.kill();
    expect(await broken).toBe('broken');
    const retry = callTool(at(second, access), 'work', args);
    const again = await eventually(
      'a person is asked anew',
      async () => (await listed(access)).find(({ status }) => status === 'pending') ?? null,
      60_000,
    );
    expect((await listed(access)).map(({ status }) => status).sort()).toEqual(['consumed', 'pending']);
    expect(arrived(args)).toHaveLength(1);
    await must(second, 200, 'POST', `/approvals/${again.id}/deny`, { digest: again.digest, reason: 'not twice' });
    expect(textOf(await retry)).toContain('not twice');
    nodes[0] = first = await first.restart();
  }, 120_000);

  it('that break off in the middle after a held call end as a whole refusal, and are recorded as unknown', async () => {
    const [access, args] = [await newAccess('asked'), newArgs()];
    const answer = callTool(at(first, access), 'work', args);
    // Long enough for the answer to have begun as a stream.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await approve(access);
    (await atServer(args)).breakOff();
    const { body, headers } = await answer;
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(body.result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('outcome is unknown') }] });
    const [request] = await listed(access);
    const note = await eventually(
      'the outcome is recorded',
      async () =>
        (
          await pool.query<{ outcome: string; note: string }>('SELECT outcome, note FROM audit_outcomes WHERE event_id = $1', [
            request?.consumedEvent,
          ])
        ).rows[0] ?? null,
    );
    expect(note).toEqual({ outcome: 'unknown', note: 'The answer broke off.' });
  });

  it('never look whole when they are not, when the server breaks off or the kill switch stops the call', async () => {
    const access = await newAccess('open');
    for (const how of ['breaks off', 'killed']) {
      const args = newArgs();
      const answer = callTool(at(first, access), 'work', args).then(
        ({ status, text, headers }) => `${status} ${text}${headers.get('x-callgate-event')?.slice(0, 4)}`,
        (error: Error) => `broken: ${error.message}`,
      );
      const call = await atServer(args);
      if (how === 'breaks off') call.breakOff();
      else {
        call.begin();
        // Half of the answer has to be on its way before the switch is engaged.
        await new Promise((resolve) => setTimeout(resolve, 500));
        const set = (engaged: boolean) =>
          must(second, 200, 'POST', '/kill-switch', { scope: 'tool', target: 'fickle/work', engaged, reason: 'the test says so' });
        await set(true);
        await set(false);
      }
      // Nothing goes out before it is whole, so there is always room for why it is not.
      expect(await answer).toMatch(
        how === 'killed' ? /^200 .*"isError":true.*"kill\.cancelled"/ : /^200 .*outcome is unknown.*"isError":true/,
      );
    }
  });
});
