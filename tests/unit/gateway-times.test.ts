import { describe, expect, it } from 'vitest';
import { streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { newWorld, type World } from './gateway-world';

// The clock of these tests goes on by one with each look, so that a step that nothing in it looks at takes exactly one.
const timesOf = (world: World, method: string) => {
  const settlement = world.ledger.events.find(({ intent }) => intent.method === method)?.settlement;
  if (!settlement) throw new Error(`no ${method} was settled`);
  const { policyMs, admissionMs, gatewayMs } = settlement;
  return { policyMs, admissionMs, apart: (gatewayMs ?? 0) - (policyMs ?? 0) - (admissionMs ?? 0) };
};

describe('the times of the policy and the admission in the record', () => {
  it('are parts of the time of the gateway', async () => {
    const world = newWorld();
    await (await world.call('list')).text();
    const { policyMs, admissionMs, apart } = timesOf(world, 'tools/call');
    expect({ policyMs, admissionMs }).toEqual({ policyMs: 1, admissionMs: 1 });
    expect(apart).toBeGreaterThanOrEqual(0);
  });

  it('are there for a request that is no call', async () => {
    const world = newWorld({ policy: { version: '1', default: 'allow', resources: { default: 'allow' } } });
    const body = { jsonrpc: '2.0', id: 5, method: 'resources/read', params: { uri: 'file:///a' } };
    await (await world.send({ body })).text();
    expect(timesOf(world, 'resources/read')).toMatchObject({ policyMs: 1, admissionMs: 1 });
  });

  it('add up where a call is decided again, without the waiting for a person', async () => {
    const hold = { graceMs: 60_000, commentEveryMs: 5, progressEveryMs: 20, holdMs: 60_000, holdWithProgressMs: 60_000 };
    const world = newWorld({ hold });
    const answering = world.call('wire', { amount: 1 });
    for (let looked = 0; world.approvals.holds.length === 0; looked++) {
      if (looked > 500) throw new Error('the call is not held');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const waitedMs = 1_000;
    for (let n = 0; n < waitedMs; n++) world.ports.clock.monotonicMs();
    world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
    await (await answering).text();
    const { policyMs, admissionMs, apart } = timesOf(world, 'tools/call');
    expect({ policyMs, admissionMs }).toEqual({ policyMs: 2, admissionMs: 1 });
    expect(apart).toBeGreaterThanOrEqual(waitedMs);
  });

  it('of what a server asks are its own, not those of the call that it asks in', async () => {
    const world = newWorld({ policy: { version: '1', default: 'allow' } });
    const session = await world.initialize();
    const ask = { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage', params: {} };
    const lines = [ask, { jsonrpc: '2.0', id: 1, result: {} }].map((message) => `data: ${JSON.stringify(message)}\n\n`);
    world.upstreams.scripts.set('tools/call', () => streamReply(lines));
    await (await world.call('list', {}, { headers: { 'mcp-session-id': session } })).text();
    expect(timesOf(world, 'sampling/createMessage')).toEqual({ policyMs: 1, admissionMs: 1, apart: expect.any(Number) });
    expect(timesOf(world, 'sampling/createMessage').apart).toBeGreaterThanOrEqual(0);
  });
});
