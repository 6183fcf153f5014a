import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool, outcomeOf, storm, tally } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const NODES = 6;
// The promise is a second; a busy machine gets more, and the figure is printed.
const REACHES_WITHIN_MS = 3_000;
const limited = (max: number) => ({
  version: '1',
  default: 'deny',
  tools: { write_record: { limits: [{ counter: 'writes', window: 'month', max }] } },
});

describe(`${NODES} gateway processes on one database`, () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sink: Sink;
  let nodes: RunningCallgate[] = [];
  let first: RunningCallgate;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    sink = await startSink();
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    nodes = await Promise.all(Array.from({ length: NODES }, () => startCallgate({ args: ['--gateway'], env })));
    first = nodes[0] as RunningCallgate;
    await register(first, httpServer('sink', sink.port));
    await publish(first, 'sink', 'main', limited(100));
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.remove()));
    await sink?.stop();
    await pool?.end();
    await database?.drop();
  });

  /** The same grant at another node. */
  const at = (node: RunningCallgate, access: Access): Access => ({ ...access, url: `${node.url}/mcp/sink` });
  /** Milliseconds until every node answers a refused call with `word`; nothing is charged meanwhile unless it is admitted. */
  async function reachesAll(access: Access, tool: string, word: string): Promise<number[]> {
    const from = performance.now();
    return Promise.all(
      nodes.map((node) =>
        eventually(
          `${word} at ${node.url}`,
          async () => outcomeOf(await callTool(at(node, access), tool, { id: 'x' })) === word && performance.now() - from,
          REACHES_WITHIN_MS,
        ),
      ),
    );
  }
  const figures = (what: string, ms: readonly number[]) =>
    console.info(
      `${what} reached ${ms.length} nodes after ${ms
        .map((one) => Math.round(one))
        .sort((a, b) => a - b)
        .join(', ')} ms`,
    );

  it('admit exactly 100 of 240 calls at once', async () => {
    const access = await grantAccess(first, 'sink', 'main');
    await reachesAll(access, 'read_record', 'denied');
    let refused = 0;
    /** As agents do: a call that could not be recorded in time is sent again. */
    const insist = async (node: RunningCallgate, id: string): Promise<Answer> => {
      for (;;) {
        const answer = await callTool(at(node, access), 'write_record', { id });
        if (answer.status !== 503) return answer;
        refused += 1;
      }
    };
    const rounds = await Promise.all(nodes.map((node, n) => storm(40, 40, (call) => insist(node, `w-${n}-${call}`))));
    const counts = tally(rounds.flat());
    console.info(`${NODES} x 40 calls: ${JSON.stringify(counts)}, ${refused} times refused for want of a record in time`);
    if (refused === 0) expect(counts).toEqual({ ok: 100, limited: NODES * 40 - 100 });
    // What was charged for a call that was then refused is given back, and is there for the next.
    await eventually('the limit is used up, and not by one more', async () => {
      const { ok = 0 } = tally([outcomeOf(await insist(first, `top-up-${counts.ok}`))]);
      counts.ok = (counts.ok ?? 0) + ok;
      const { rows } = await pool.query('SELECT used FROM counters WHERE scope_key = $1', [access.grant]);
      return ok === 0 && rows[0].used === counts.ok;
    });
    expect(counts.ok).toBe(100);
    expect(sink.calls().filter((call) => call.tool === 'write_record')).toHaveLength(100);
    expect(new Set(sink.calls().map((call) => call.arguments.id)).size).toBe(100);
    const { rows } = await pool.query('SELECT used FROM counters WHERE scope_key = $1', [access.grant]);
    expect(rows).toEqual([{ used: 100 }]);
    const writers = await pool.query('SELECT count(DISTINCT writer)::int AS n FROM audit_events WHERE grant_id = $1', [access.grant]);
    // A node that lost its connection goes on as another writer.
    expect(writers.rows[0].n).toBeGreaterThanOrEqual(NODES);
  });

  it('hear of a new policy', async () => {
    await publish(first, 'sink', 'changing', limited(1_000));
    const access = await grantAccess(first, 'sink', 'changing');
    await reachesAll(access, 'read_record', 'denied');
    await publish(first, 'sink', 'changing', { version: '1', default: 'allow' });
    figures('A published policy', await reachesAll(access, 'read_record', 'ok'));
    await publish(first, 'sink', 'changing', { version: '1', default: 'deny' });
    figures('A narrowed policy', await reachesAll(access, 'read_record', 'denied'));
  });

  it('hear of a revocation and a suspension', async () => {
    await publish(first, 'sink', 'open', { version: '1', default: 'allow' });
    const [revoked, suspended] = [await grantAccess(first, 'sink', 'open'), await grantAccess(first, 'sink', 'open')];
    await reachesAll(revoked, 'read_record', 'ok');
    await reachesAll(suspended, 'read_record', 'ok');
    await must(first, 200, 'POST', `/grants/${revoked.grant}/revoke`, {});
    figures('A revoked grant', await reachesAll(revoked, 'read_record', '401'));
    await must(first, 200, 'PATCH', `/agents/${suspended.agent}`, { status: 'suspended' });
    figures('A suspended agent', await reachesAll(suspended, 'read_record', '403'));
    // Each of them stays refused everywhere: no node goes back to an older state.
    const later = await Promise.all(
      nodes.flatMap((node) => [revoked, suspended].map(async (access) => (await callTool(at(node, access), 'read_record', {})).status)),
    );
    expect(tally(later.map(String))).toEqual({ '401': NODES, '403': NODES });
  });
});
