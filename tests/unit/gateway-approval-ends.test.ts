import { describe, expect, it } from 'vitest';
import { newWorld, type World } from './gateway-world';

const SOON = { graceMs: 5, commentEveryMs: 5, progressEveryMs: 20, holdMs: 60_000, holdWithProgressMs: 60_000 };
const TOOLS = [{ name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } }];
const POLICY = { version: '1', default: 'deny', tools: { wire: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const heldWorld = (): World => newWorld({ tools: TOOLS, policy: POLICY, hold: SOON });
const ARGS = { amount: 725 };
const idOf = (world: World): string => world.approvals.all[0]?.id ?? '';
const sent = (world: World) => world.upstreams.posts.filter((post) => post.method === 'tools/call');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function held(world: World, calls = 1): Promise<void> {
  for (let looked = 0; world.approvals.holds.length < calls; looked++) {
    if (looked > 500) throw new Error('the call is not held');
    await pause(2);
  }
}

describe('a held call whose session is over', () => {
  it('is let go of when the client ends the session; the approval that comes later waits for an identical call', async () => {
    const world = heldWorld();
    const headers = { 'mcp-session-id': await world.initialize() };
    const text = (await world.call('wire', ARGS, { headers })).text();
    await held(world);
    await world.send({ method: 'DELETE', headers, raw: null });
    expect(await Promise.race([text, pause(500).then(() => 'still held')])).toContain('NOT EXECUTED');
    world.approvals.approve(idOf(world), 'Ben');
    await pause(10);
    expect([world.approvals.all[0]?.state.status, sent(world)]).toEqual(['approved', []]);
    await (await world.call('wire', ARGS)).text();
    expect(sent(world)).toHaveLength(1);
  });

  it('keeps its session while it waits, however many others the agent opens', async () => {
    const world = heldWorld();
    const headers = { 'mcp-session-id': await world.initialize() };
    const text = (await world.call('wire', ARGS, { headers })).text();
    await held(world);
    for (let opened = 0; opened < 6; opened++) {
      world.clock.now += 1_000;
      await world.initialize();
    }
    world.approvals.approve(idOf(world), 'Ben');
    expect(await text).not.toContain('"isError":true');
    expect([world.approvals.all[0]?.state.status, sent(world).length]).toEqual(['consumed', 1]);
  });
});

describe('a node that stops', () => {
  it('holds no call that comes to wait after it has let go of the others', async () => {
    const world = heldWorld();
    const ask = world.approvals.ask.bind(world.approvals);
    let go = (): void => {};
    world.approvals.ask = async (asked) => {
      await new Promise<void>((resolve) => (go = resolve));
      return ask(asked);
    };
    const text = world.call('wire', ARGS).then((answer) => answer.text());
    await pause(10);
    const drained = world.gateway.drain(1_000);
    go();
    expect(await Promise.race([text, pause(500).then(() => 'still held')])).toContain('NOT EXECUTED');
    await drained;
  });
});

describe('an approval that ends between the decision and the call', () => {
  it('is said to be taken back when it was taken back, not to be used', async () => {
    const world = heldWorld();
    const text = (await world.call('wire', ARGS)).text();
    await held(world);
    const find = world.approvals.find.bind(world.approvals);
    world.approvals.find = async (call) => {
      if (world.approvals.all[0]?.state.status === 'approved') world.approvals.withdraw(idOf(world));
      return find(call);
    };
    world.approvals.approve(idOf(world), 'Ben');
    expect(await text).toContain('taken back');
    expect(sent(world)).toEqual([]);
  });
});
