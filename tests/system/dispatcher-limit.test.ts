import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, send, storm, tally } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register, stdioServer } from './support/provision';

// Word for word as people paste it.
const POLICY =
  '{"version":"1","default":"deny","tools":{"call_tool":{"limits":[{"counter":"call_tool_rate","window":"minute","max":10,"scope":"grant"}]}}}';
const OTHERS = ['register_manual', 'deregister_manual', 'search_tools', 'list_tools', 'get_required_keys_for_tool', 'tool_info'];
const CALL = { tool_name: 'math.add', arguments: { a: 1, b: 2 } };

describe('a dispatcher under a limit of ten a minute', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let callgate: RunningCallgate;
  let upstream: StartedUpstream;

  let folder: string;
  /** The names of the calls that the upstream itself has seen. */
  const seenBy = (slug: string): string[] =>
    readFileSync(join(folder, slug), 'utf8')
      .split('\n')
      .filter((line) => line !== '');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cg-calls-'));
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 2 });
    upstream = await startServer([fixtureFile('dispatcher-upstream.mjs')], { CALL_LOG: join(folder, 'bridge-http') });
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    await register(callgate, httpServer('bridge-http', upstream.port));
    await register(
      callgate,
      stdioServer('bridge-stdio', [fixtureFile('dispatcher-upstream.mjs'), '--stdio'], { CALL_LOG: join(folder, 'bridge-stdio') }),
    );
  });
  afterAll(async () => {
    await callgate?.remove();
    await upstream?.stop();
    await pool?.end();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The window is the database's minute: 50 calls fit into what is left of it, or the next one has begun. */
  async function untilMinuteIsYoung(): Promise<void> {
    const { rows } = await pool.query(
      "SELECT extract(epoch FROM clock_timestamp() - date_trunc('minute', clock_timestamp()))::float8 AS s",
    );
    if (rows[0].s < 45) return;
    await pool.query('SELECT pg_sleep(60.05 - $1::float8)', [rows[0].s]);
  }

  async function decisions(grant: string): Promise<{ decision: string; n: number; settled: number }[]> {
    const { rows } = await pool.query(
      "SELECT decision, count(*)::int AS n, count(o.event_id)::int AS settled FROM audit_events e LEFT JOIN audit_outcomes o ON o.event_id = e.id WHERE grant_id = $1 AND tool = 'call_tool' GROUP BY 1 ORDER BY 1",
      [grant],
    );
    return rows;
  }

  describe.each(['http', 'stdio'])('over %s', (transport) => {
    const slug = `bridge-${transport}`;
    let access: Access;
    let session: string;

    beforeAll(async () => {
      await publish(callgate, slug, 'main', POLICY);
      access = await grantAccess(callgate, slug, 'main');
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'storm', version: '1' } };
      const opened = await send(access, { method: 'initialize', params });
      session = opened.headers.get('mcp-session-id') ?? '';
    });
    const headers = () => ({ 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' });

    it('classifies call_tool as execute, high, a dispatcher', async () => {
      const tools = await must<{ name: string; category: string; risk: string; dispatch: object | null; status: string }[]>(
        callgate,
        200,
        'GET',
        `/servers/${slug}/tools`,
      );
      expect(tools.map((tool) => tool.name).sort()).toEqual(['call_tool', ...OTHERS].sort());
      expect(tools.find((tool) => tool.name === 'call_tool')).toMatchObject({
        category: 'execute',
        risk: 'high',
        status: 'active',
        dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' },
      });
      expect(tools.filter((tool) => tool.dispatch !== null && OTHERS.includes(tool.name)).map((tool) => tool.name)).toEqual([]);
    });

    it('lists what may be called', async () => {
      const { body } = await send(access, { method: 'tools/list' }, { headers: headers() });
      expect(body.result.tools.map((tool: { name: string }) => tool.name)).toContain('call_tool');
    });

    it('lets exactly 10 of 50 through at once', async () => {
      await untilMinuteIsYoung();
      const words = await storm(50, 50, () => callTool(access, 'call_tool', CALL, { headers: headers() }));
      expect(tally(words)).toEqual({ ok: 10, limited: 40 });
      expect(tally(seenBy(slug))).toEqual({ call_tool: 10 });
      const { rows } = await pool.query("SELECT used, max, scope_key FROM counters WHERE counter = 'call_tool_rate' AND scope_key = $1", [
        access.grant,
      ]);
      expect(rows).toEqual([{ used: 10, max: 10, scope_key: access.grant }]);
      // An outcome is written shortly after its answer.
      await eventually('ten outcomes', async () => (await decisions(access.grant)).some((row) => row.settled === 10));
      expect(await decisions(access.grant)).toEqual([
        { decision: 'allowed', n: 10, settled: 10 },
        { decision: 'limited', n: 40, settled: 0 },
      ]);
    });

    it('says when to come back', async () => {
      const { body } = await callTool(access, 'call_tool', CALL, { headers: headers() });
      const decision = body.result._meta['dev.callgate/decision'];
      expect(decision).toMatchObject({ outcome: 'limited', reason: 'limit.exhausted', rule: '/tools/call_tool/limits/0' });
      expect(decision.retryAfterMs).toBeGreaterThan(0);
      expect(decision.retryAfterMs).toBeLessThanOrEqual(60_000);
    });

    it('denies the other six before they reach the upstream', async () => {
      for (const name of OTHERS) {
        const answer = await callTool(access, name, { manual_call_template: { name: 'evil', tools: [] } }, { headers: headers() });
        expect([name, outcomeOf(answer)]).toEqual([name, 'denied']);
        expect(answer.body.result._meta['dev.callgate/decision'].reason).toBe('policy.default_deny');
      }
      expect(tally(seenBy(slug))).toEqual({ call_tool: 10 });
    });
  });
});
