import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { REFUSED_DECISIONS } from '@/lib/domain/audit-event';
import { addEvent, addOutcome, addWriter } from '../../fixtures/trail-rows';
import { createWorld, type World } from './control-world';

const HOUR = 3_600_000;
let world: World;
let pool: pg.Pool;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  pool = new pg.Pool({ ...world.poolConfig, max: 2 });
  await addWriter(pool, 'wrt_a', 1);
  const now = world.now().getTime();
  let seq = 0;
  for (let n = 0; n < 60; n++) {
    const at = now - 40 * HOUR + n * 0.65 * HOUR;
    const decision = n % 5 === 0 ? 'denied' : n % 7 === 0 ? 'limited' : 'allowed';
    const id = await addEvent(pool, {
      at,
      writer: 'wrt_a',
      seq: ++seq,
      decision,
      reason: decision === 'denied' ? 'argument.denied' : 'policy.allowed',
      rule: decision === 'allowed' ? '/tools/t' : '/tools/t/deny_if/0',
      agent: n % 11 === 0 ? null : 'bot',
      tool: n > 50 ? 'erase' : 'list_items',
      innerTool: n % 9 === 0 ? 'pay' : null,
    });
    if (decision === 'allowed')
      await addOutcome(pool, { event: id, at: at + 5, writer: 'wrt_a', seq: ++seq, outcome: n % 4 === 0 ? 'upstream_error' : 'ok' });
    if (n === 40) await rollUpCalls(world.prisma);
  }
});
afterAll(async () => {
  world.expectClean();
  await pool.end();
  await world.end();
});

const get = async (path: string) => {
  const answer = await world.call('GET', path, { as: 'viewer' });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const listed = async (filter: Record<string, string>) =>
  (await get(`/audit?${new URLSearchParams({ limit: '500', method: 'tools/call', ...filter })}`)).items.length;

describe('numbers of the overview', () => {
  it('are those of the list with the same filter', async () => {
    const from = new Date(world.now().getTime() - 30 * HOUR).toISOString();
    const stats = await get(`/stats?from=${from}&zone=Asia/Kathmandu&bucket=day`);
    const refused = REFUSED_DECISIONS.join(',');
    expect(stats.total).toBe(await listed({ from }));
    for (const { name, calls } of stats.topAgents) expect(calls, name).toBe(await listed({ from, agent: name }));
    for (const { name, server, calls } of stats.topTools)
      expect(calls, name).toBe(await listed({ from, tool: name, server: server ?? '-' }));
    for (const { reason, calls } of stats.topReasons) expect(calls, reason).toBe(await listed({ from, reason, decision: refused }));
    for (const { rule, server, policy, calls } of stats.topRules)
      expect(calls, rule).toBe(await listed({ from, rule, server: server ?? '-', policy: policy ?? '-', decision: refused }));
    for (const [index, { at, decisions }] of stats.series.entries()) {
      expect(at).toMatch(/T18:15:00/);
      const start = index === 0 ? from : at;
      const next = new Date(Date.parse(at) + 24 * HOUR).toISOString();
      const sum = Object.values(decisions as Record<string, number>).reduce((all, calls) => all + calls, 0);
      expect(sum).toBe(await listed({ from: start, to: next }));
    }
  });

  it('tell servers that failed from calls refused here', async () => {
    const from = new Date(world.now().getTime() - 30 * HOUR).toISOString();
    const { servers } = await get(`/stats/upstreams?from=${from}`);
    expect(servers).toHaveLength(1);
    expect(servers[0].sent).toBe(await listed({ from, decision: 'allowed' }));
    expect(servers[0].failed).toBe(await listed({ from, outcome: 'upstream_error,unknown,not_sent', decision: 'allowed' }));
    expect(servers[0].refused).toBe(await listed({ from, decision: REFUSED_DECISIONS.join(',') }));
  });

  it('show what an agent does for the first time', async () => {
    const from = new Date(world.now().getTime() - 12 * HOUR).toISOString();
    const { tools } = await get(`/stats/new?from=${from}`);
    expect(tools.map((one: { tool: string }) => one.tool)).toEqual(['erase']);
    expect(tools[0].calls).toBe(await listed({ from, agent: 'bot', tool: 'erase' }));
    expect(await get('/stats/posture')).toMatchObject({ tools: 0, policies: 0 });
    expect(await get('/stats/approvals')).toMatchObject({ pending: 0, oldestAt: null, asked: 0, p50Seconds: null });
    expect((await get('/stats/publishes')).items).toEqual([]);
    expect((await world.call('GET', '/stats/new?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z')).status).toBe(422);
  });
});
