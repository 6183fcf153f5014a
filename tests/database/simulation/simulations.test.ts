import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../fixtures/ledger/verify-chain';
import { SEEDED_POLICY } from '../../fixtures/seed/seeded-world';
import { createSimulationWorld, ended } from './simulation-fixture';

const CALLS = 3_000;
let fixture: Awaited<ReturnType<typeof createSimulationWorld>>;
const start = (body: Record<string, unknown>, as: 'author' | 'viewer' | 'admin' = 'author') =>
  fixture.world.call('POST', '/simulations', {
    as,
    body: { server: 'seeded', policy: 'back-office', text: SEEDED_POLICY, days: 3, ...body },
  });

beforeAll(async () => {
  fixture = await createSimulationWorld();
  await fixture.seed(CALLS, 2);
  fixture.startRunner();
});
afterAll(() => fixture.end());

describe('simulations over the API', () => {
  it('seeds a trail that verifies, so that what is replayed is what a ledger writes', async () => {
    expect(await verifyChain(fixture.pool)).toMatchObject({ ok: true });
  });

  it('changes nothing when the draft is the policy under which the calls were made', async () => {
    const { status, body, text } = await start({});
    expect(status, text).toBe(201);
    expect(body).toMatchObject({ status: 'queued', server: 'seeded', policy: 'back-office', createdBy: 'The author', result: null });
    const done = await ended(fixture.world, body.id);
    expect(done).toMatchObject({ status: 'done', error: null, progress: { calls: CALLS, of: CALLS } });
    expect(done.result).toMatchObject({ calls: CALLS, changed: 0 });
    // The one thing that is redacted is a token that no rule looks at.
    expect(done.result.cannotTell.total).toBe(0);
    expect(done.result.outcomes.limited).toBeGreaterThan(0);
    expect(done.summary).toEqual({ calls: CALLS, changed: 0, unchanged: CALLS, cannotTell: 0, newly: done.result.newly });
  });

  it('counts, groups and shows examples of what a stricter and looser draft changes', async () => {
    const text = SEEDED_POLICY.replace('"value": 5000', '"value": 3000').replace('"hide": ["purge_*"],', '');
    const { body } = await start({ text });
    const { result } = await ended(fixture.world, body.id);
    expect(result.newly.denied).toBeGreaterThan(0);
    expect(result.unchanged + result.changed + result.cannotTell.total).toBe(CALLS);
    const asked = result.matrix.find((cell: { from: string; to: string }) => cell.from === 'needs_approval' && cell.to === 'denied');
    expect(asked.calls).toBeGreaterThan(0);
    expect(asked.samples[0]).toMatchObject({ from: 'needs_approval', to: 'denied', rule: '/risk/financial/deny_if/0' });
    const event = await fixture.world.call('GET', `/audit/${asked.samples[0].event}`);
    expect(event.body).toMatchObject({ decision: 'needs_approval', tool: asked.samples[0].tool });
    for (const by of ['tool', 'agent', 'rule'])
      expect(result.groups.filter((group: { by: string }) => group.by === by).length).toBeGreaterThan(0);
  });

  it('says for agents that were chosen what happens to them alone', async () => {
    const agent = fixture.seeded.callers[0]?.agent.slug as string;
    const { body } = await start({ agents: [agent] });
    const { result } = await ended(fixture.world, body.id);
    expect(result.groups.filter((group: { by: string }) => group.by === 'agent').map((group: { key: string }) => group.key)).toEqual([
      agent,
    ]);
    expect(result.calls).toBeLessThan(CALLS);
    expect(result.changed).toBe(0);
  });

  it('compares with the live version when asked', async () => {
    const { body } = await start({ against: 'live', counters: 'empty' });
    const { result } = await ended(fixture.world, body.id);
    expect(result).toMatchObject({ calls: CALLS, changed: 0 });
  });

  it('gives an empty range an empty result', async () => {
    const { body } = await start({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', days: undefined });
    expect((await ended(fixture.world, body.id)).result).toMatchObject({ calls: 0, changed: 0, matrix: [], groups: [] });
  });

  it('refuses what cannot be simulated, in a sentence', async () => {
    expect((await start({ text: '{' })).body.error).toMatchObject({ code: 'policy.invalid', details: expect.any(Array) });
    expect((await start({ server: 'nowhere' })).status).toBe(404);
    expect((await start({ agents: ['nobody'] })).status).toBe(404);
    expect((await start({ from: '2027-01-01T00:00:00Z', days: undefined })).body.error.code).toBe('simulation.range');
    expect((await start({ from: '2026-11-01T00:00:00Z' })).body.error.code).toBe('simulation.range');
    expect((await start({ policy: undefined, against: 'live' })).body.error.code).toBe('simulation.no_live_version');
    expect((await start({}, 'viewer')).status).toBe(403);
  });

  it('lists simulations without their results, page by page', async () => {
    const first = await fixture.world.call('GET', '/simulations?server=seeded&policy=back-office&limit=2', { as: 'viewer' });
    expect(first.body.items).toHaveLength(2);
    expect(first.body.items[0].result).toBeNull();
    const next = await fixture.world.call('GET', `/simulations?server=seeded&policy=back-office&limit=2&cursor=${first.body.nextCursor}`);
    expect(next.body.items[0].id < first.body.items[1].id).toBe(true);
    expect((await fixture.world.call('GET', '/simulations?policy=back-office')).status).toBe(400);
  });

  it('makes a policy of what was used, under which every allowed call is allowed again but for the rarest', async () => {
    const { body, text } = await fixture.world.call('GET', '/servers/seeded/observed-policy?days=3', { as: 'author' });
    expect(body.calls, text).toBeGreaterThan(1_000);
    const allowed = body.suggestions.filter((one: { sentence: string }) => one.sentence.startsWith('Allow '));
    expect(allowed[0]).toMatchObject({
      sentence: expect.stringMatching(/seen [\d\u202f]+ times?, \d agents?\.$/),
      seen: expect.any(Number),
    });
    const { body: simulation } = await start({ text: body.text });
    const { result } = await ended(fixture.world, simulation.id);
    const cells: { from: string; to: string; calls: number }[] = result.matrix.filter((cell: { from: string }) => cell.from === 'allowed');
    const kept = cells.find((cell) => cell.to === 'allowed')?.calls ?? 0;
    const lost = cells.reduce((sum, cell) => sum + cell.calls, -kept);
    expect(lost / (kept + lost)).toBeLessThan(0.03);
    // Authors may not read payloads, so that no text out of an argument is in the policy unless the tool's schema has it.
    expect(body.text).not.toMatch(/person\d|elsewhere/);
    expect((await fixture.world.call('GET', '/servers/seeded/observed-policy', { as: 'viewer' })).status).toBe(403);
  });
});
