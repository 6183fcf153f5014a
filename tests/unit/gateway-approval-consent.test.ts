import { describe, expect, it } from 'vitest';
import { catalogueOf, newWorld, type World } from './gateway-world';

const WIRE = { name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } };
const ONE = { approvers: ['role:approver'], count: 1 };
const TWO = { approvers: ['user:cfo@example.com', 'user:coo@example.com'], count: 2 };
const ARGS = { amount: 725 };
const sent = (world: World) => world.upstreams.posts.filter((post) => post.method === 'tools/call');
const idOf = (world: World): string => world.approvals.all[0]?.id ?? '';

/** What people have to agree can change without a new version of the policy: by class of the tool, by agent, by time. */
describe('an approval given under one rule', () => {
  const byClass = { version: '1', default: 'deny', risk: { write: { approval: ONE }, financial: { approval: TWO } } };
  const reclassify = (world: World) => world.putServer({ catalogue: catalogueOf([{ ...WIRE, category: 'financial', risk: 'critical' }]) });

  it('lets nothing through once the tool is of another class, for which others have to agree', async () => {
    const world = newWorld({ tools: [WIRE], policy: byClass });
    await world.call('wire', ARGS);
    world.approvals.approve(idOf(world), 'Ben', '1h');
    reclassify(world);
    await (await world.call('wire', ARGS)).text();
    expect(sent(world)).toEqual([]);
    expect(world.approvals.all.map(({ state }) => [state.status, state.votesNeeded])).toEqual([
      ['stale', 1],
      ['pending', 2],
    ]);
    expect(world.approvals.all[0]?.differences.map(({ what }) => what)).toEqual(['risk', 'rule']);
  });

  it('is not what an identical call attaches to under another one', async () => {
    const world = newWorld({ tools: [WIRE], policy: byClass });
    await world.call('wire', ARGS);
    reclassify(world);
    await world.call('wire', ARGS);
    expect(world.approvals.all.map(({ state }) => [state.status, state.votesNeeded])).toEqual([
      ['stale', 1],
      ['pending', 2],
    ]);
  });

  it('leaves no exception that holds where a rule asks more people', async () => {
    const when = [{ path: 'agent.environment', op: 'eq', value: 'production' }];
    const policy = { version: '1', default: 'deny', tools: { wire: { approval: ONE } }, all_tools: { approval: { ...TWO, when } } };
    const world = newWorld({ tools: [WIRE], policy });
    await world.call('wire', ARGS);
    world.approvals.approve(idOf(world), 'Ben', '1h');
    for (let i = 0; i < 2; i++) await (await world.call('wire', ARGS)).text();
    expect(sent(world)).toHaveLength(2);
    world.putGrant(world.token, {}, { environment: 'production' });
    await (await world.call('wire', ARGS)).text();
    expect(sent(world)).toHaveLength(2);
    expect(world.approvals.all.at(-1)?.state).toMatchObject({ status: 'pending', votesNeeded: 2 });
  });
});
