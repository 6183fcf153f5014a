import { describe, expect, it } from 'vitest';
import { newWorld, type World } from './gateway-world';

const TOOLS = [{ name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } }];
const POLICY = { version: '1', default: 'deny', tools: { wire: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const ARGS = { amount: 725, customer: 'cus_91f2', reason: 'duplicate' };
const sent = (world: World) => world.upstreams.posts.filter((post) => post.method === 'tools/call').length;

/** A world in which the first call was approved for 15 minutes: any smaller amount, any reason. */
async function scopedWorld(): Promise<World> {
  const world = newWorld({ tools: TOOLS, policy: POLICY });
  await world.call('wire', ARGS);
  world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben', '15m', { amount: 'at_most', reason: 'any' });
  await world.call('wire', ARGS);
  expect(sent(world)).toBe(1);
  return world;
}
const isAsked = async (world: World, args: object): Promise<boolean> => {
  const before = sent(world);
  const { result } = await (await world.call('wire', args)).json();
  expect(sent(world)).toBe(result.isError ? before : before + 1);
  return result.isError === true && result.content[0].text.startsWith('Approval needed');
};

describe('an exception with a scope', () => {
  it('lets calls within it pass without asking, counts them, and the record names it; anything else asks', async () => {
    const world = await scopedWorld();
    expect(await isAsked(world, { ...ARGS, amount: 12, reason: 'another' })).toBe(false);
    const [exception] = world.approvals.exceptions;
    expect(exception?.uses).toBe(1);
    expect(world.last().intent).toMatchObject({ decision: 'allowed', reason: 'approval.granted' });
    expect(world.last().intent.message).toContain(exception?.id);
    expect(world.last().intent.trace.at(-1)?.note).toContain('within its scope');
    for (const args of [
      { ...ARGS, amount: 726 },
      { ...ARGS, customer: 'cus_92' },
      { ...ARGS, force: true },
      { ...ARGS, amount: '12' },
    ])
      expect(await isAsked(world, args), JSON.stringify(args)).toBe(true);
    expect(exception?.uses).toBe(1);
  });

  it('ends by its time and by being revoked, with the next call', async () => {
    const world = await scopedWorld();
    world.approvals.revoke(world.approvals.exceptions[0]?.id ?? '');
    expect(await isAsked(world, { ...ARGS, amount: 1 })).toBe(true);
    const other = await scopedWorld();
    other.clock.now += 15 * 60_000;
    expect(await isAsked(other, { ...ARGS, amount: 1 })).toBe(true);
  });

  it('means nothing for another version of the policy, another definition or a grant with other scopes', async () => {
    const policy = await scopedWorld();
    policy.putServer({ policies: policy.nextVersion() });
    expect(await isAsked(policy, { ...ARGS, amount: 1 })).toBe(true);
    const definition = await scopedWorld();
    definition.putServer({ catalogue: definition.changedTool('wire') });
    expect(await isAsked(definition, { ...ARGS, amount: 1 })).toBe(true);
    const grant = await scopedWorld();
    grant.putGrant(grant.token, { scopes: ['more'] });
    expect(await isAsked(grant, { ...ARGS, amount: 1 })).toBe(true);
    const inputs = await scopedWorld();
    const { result } = await (
      await inputs.send({
        body: { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'wire', arguments: ARGS, task: { ttl: 1 } } },
      })
    ).json();
    expect(result.isError).toBe(true);
  });
});
