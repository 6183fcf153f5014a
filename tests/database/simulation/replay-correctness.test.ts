import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArguments } from '@/lib/adapters/postgres/argument-store';
import { createEnvelope } from '@/lib/env/envelope';
import type { JsonObject } from '@/lib/kernel/json';
import type { ReplayResult } from '@/lib/policy/simulate/replay-result';
import { seedRecordedCalls } from '../../fixtures/seed/seed-recorded-calls';
import { type NaiveResult, type NaiveWorld, naiveReplay } from './naive-replay';
import { createSimulationWorld, DAY_MS, ended } from './simulation-fixture';

/** Every kind of rule whose outcome depends on arguments, on time, on who calls, or on what was called before. */
const DRAFT = {
  version: '1',
  default: 'deny',
  hide: ['purge_*', 'list_lead'],
  all_tools: { limits: [{ counter: 'calls', window: 'minute', max: 2, scope: 'grant' }] },
  risk: {
    read: { limits: [{ counter: 'reads', window: 'hour', max: 6, scope: 'agent', align: 'sliding' }] },
    write: {
      approval: { when: [{ path: 'args.priority', op: 'eq', value: 'high' }], approvers: ['role:approver'] },
      limits: [{ counter: 'writes', window: 'hour', max: 1, scope: 'server', mode: 'observe' }],
    },
    financial: {
      deny_if: [{ path: 'args.amount', op: 'gt', value: 4000 }],
      approval: { when: [{ path: 'args.amount', op: 'gt', value: 1500 }], approvers: ['role:approver'] },
      limits: [{ counter: 'spend', window: 'day', max: 2500, scope: 'owner', increment_from: 'args.amount' }],
    },
    destructive: { action: 'deny', reason: 'Not by agents.' },
  },
  tools: {
    'send_*': { mode: 'observe', require: [{ path: 'args.to', op: 'ends_with', value: '@example.com' }] },
    'export_*': { deny_if: [{ path: 'args.token', op: 'eq', value: 'tok-1' }] },
    'get_*': { require: [{ path: 'agent.environment', op: 'eq', value: 'staging' }] },
    search_customer: { approval: { approvers: ['role:approver'] } },
  },
};
const CALLS = 3_000;
const LOST_KEY_CALLS = 400;

let fixture: Awaited<ReturnType<typeof createSimulationWorld>>;
let world: NaiveWorld;

beforeAll(async () => {
  fixture = await createSimulationWorld();
  const { client, seeded, nowMs } = fixture;
  // Older calls whose arguments were sealed with a key that is gone.
  await seedRecordedCalls(client, seeded, {
    calls: LOST_KEY_CALLS,
    fromMs: nowMs - 4 * DAY_MS,
    toMs: nowMs - 3 * DAY_MS,
    sealer: createEnvelope(randomBytes(32)),
    seed: 7,
  });
  await fixture.seed(CALLS, 3);
  // Since then a tool has changed, another one is gone, and so is the access of an agent.
  await client.query(`UPDATE tools SET digest = repeat('0', 64) WHERE name = 'update_order'`);
  await client.query(`UPDATE tools SET removed_at = now() WHERE name = 'search_order'`);
  const gone = seeded.callers[3]?.grant.id;
  await client.query('DELETE FROM grants WHERE id = $1', [gone]);
  const catalogue = new Map(seeded.catalogue);
  catalogue.delete('search_order');
  const changed = catalogue.get('update_order');
  if (changed) catalogue.set('update_order', { ...changed, digest: '0'.repeat(64) });
  const sealer = createEnvelope(fixture.secretKey);
  world = {
    server: seeded.server,
    catalogue,
    callers: seeded.callers.filter(({ grant }) => grant.id !== gone),
    open: (event, envelope) => {
      try {
        return JSON.parse(openArguments(envelope, event, sealer)) as JsonObject;
      } catch {
        return null;
      }
    },
    blindSpot: (tool, args, recorded) => {
      if (/^(purge_|delete_)|^list_lead$/.test(tool)) return null;
      const category = catalogue.get(tool)?.category;
      const ofTool = /^(send|export)_/.test(tool);
      const byRisk = !/^(get_|search_customer$)/.test(tool) && (category === 'write' || category === 'financial');
      // What was refused once may have been refused for an argument that the schema does not declare.
      const looks = ofTool || byRisk || recorded === 'denied' || recorded === 'hidden';
      if (args === null) return looks ? 'arguments_unreadable' : null;
      return tool.startsWith('export_') && args.token === '«redacted»' ? 'arguments_redacted' : null;
    },
  };
  fixture.startRunner();
});
afterAll(() => fixture.end());

async function simulated(body: Record<string, unknown>): Promise<ReplayResult> {
  const { body: simulation, text } = await fixture.world.call('POST', '/simulations', {
    as: 'author',
    body: { server: 'seeded', policy: 'back-office', text: JSON.stringify(DRAFT), ...body },
  });
  // The runner may have begun before the answer was read.
  expect(['queued', 'running'], text).toContain(simulation.status);
  const done = await ended(fixture.world, simulation.id);
  expect(done).toMatchObject({ status: 'done', error: null });
  return done.result;
}

/** The result in the shape of the naive one. */
function comparable(result: ReplayResult): NaiveResult {
  const changed = (by: string) =>
    Object.fromEntries(result.groups.filter((group) => group.by === by && group.changed > 0).map((group) => [group.key, group.changed]));
  return {
    calls: result.calls,
    changed: result.changed,
    matrix: Object.fromEntries(result.matrix.map((cell) => [`${cell.from} → ${cell.to}`, cell.calls])),
    cannotTell: Object.fromEntries(result.cannotTell.reasons.map((one) => [one.reason, one.calls])),
    changedByTool: changed('tool'),
    changedByAgent: changed('agent'),
    approvals: {
      total: result.approvals.total,
      atNight: result.approvals.atNight,
      byRule: Object.fromEntries(result.approvals.byRule.map((one) => [one.rule, one.calls])),
    },
  };
}

describe('a simulation beside a naive replay that shares no code with it', () => {
  it('counts every call, transition, group, approval and blind spot of four days alike', async () => {
    const fromMs = fixture.nowMs - 5 * DAY_MS;
    const result = await simulated({ from: new Date(fromMs).toISOString(), counters: 'empty' });
    const naive = await naiveReplay(fixture.client, DRAFT, world, { readFromMs: fromMs, fromMs, toMs: fixture.nowMs });
    expect(comparable(result)).toEqual(naive);
    // The comparison would mean little if one of these never came about.
    expect(naive.calls).toBe(CALLS + LOST_KEY_CALLS);
    for (const state of ['allowed', 'denied', 'hidden', 'limited', 'needs_approval', 'observed_denied', 'observed_limited'])
      expect(
        Object.keys(naive.matrix).filter((cell) => cell.endsWith(`→ ${state}`)),
        state,
      ).not.toEqual([]);
    expect(Object.keys(naive.cannotTell).sort()).toEqual([
      'arguments_redacted',
      'arguments_unreadable',
      'caller_unknown',
      'definition_changed',
      'tool_unknown',
    ]);
    expect(naive.approvals.atNight).toBeGreaterThan(0);
  });

  it('starts limits with what was used before the range, or at zero when asked', async () => {
    // In the afternoon, so that the day's spending has something behind it.
    const fromMs = Math.floor(fixture.nowMs / DAY_MS) * DAY_MS - DAY_MS + 15 * 3_600_000 + 1_234_567;
    const from = new Date(fromMs).toISOString();
    const dayStart = Math.floor(fromMs / DAY_MS) * DAY_MS;
    const warm = await simulated({ from, counters: 'warm' });
    expect(comparable(warm)).toEqual(
      await naiveReplay(fixture.client, DRAFT, world, { readFromMs: dayStart, fromMs, toMs: fixture.nowMs }),
    );
    const empty = await simulated({ from, counters: 'empty' });
    expect(comparable(empty)).toEqual(await naiveReplay(fixture.client, DRAFT, world, { readFromMs: fromMs, fromMs, toMs: fixture.nowMs }));
    expect(warm.outcomes.limited).toBeGreaterThan(empty.outcomes.limited);
  });
});
