import { describe, expect, it } from 'vitest';
import { jsonReply, streamReply } from '@/lib/adapters/memory/memory-upstreams';
import { newWorld, type World } from './gateway-world';
import { HttpSseClient } from './http-sse-client';

const SOON = { graceMs: 5, commentEveryMs: 5, progressEveryMs: 10, holdMs: 60_000, holdWithProgressMs: 60_000 };
const TOOLS = [{ name: 'wire', description: 'Sends money.', inputSchema: { type: 'object' } }];
const POLICY = { version: '1', default: 'deny', tools: { wire: { approval: { approvers: ['role:approver'], expires: '10m' } } } };
const ARGS = { amount: 725 };
const RESULT = { content: [{ type: 'text', text: 'sent' }] };

function heldWorld(): World {
  const world = newWorld({ tools: TOOLS, policy: POLICY, hold: SOON });
  world.upstreams.scripts.set('initialize', ({ rpcId }) =>
    jsonReply({ jsonrpc: '2.0', id: rpcId, result: { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: {} } }, 200, 'session'),
  );
  return world;
}

async function until(what: string, is: () => boolean): Promise<void> {
  for (let looked = 0; !is(); looked++) {
    if (looked > 2_000) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A client whose call waits for a person. */
async function waiting(world: World): Promise<HttpSseClient> {
  const client = await HttpSseClient.open(world);
  await client.initialize();
  const params = { name: 'wire', arguments: ARGS, _meta: { progressToken: 'p' } };
  await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  await until('the call is held', () => world.approvals.holds.length > 0);
  return client;
}

const approve = (world: World): void => world.approvals.approve(world.approvals.all[0]?.id ?? '', 'Ben');
const sent = (world: World): number => world.upstreams.count('tools/call');

describe('a call over HTTP+SSE that waits for a person', () => {
  it('tells its progress and then its result', async () => {
    const world = heldWorld();
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result: RESULT }));
    const client = await waiting(world);
    expect(await client.message()).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'p' } });
    approve(world);
    let message = await client.message();
    while (message.method !== undefined) message = await client.message();
    expect(message).toEqual({ jsonrpc: '2.0', id: 1, result: RESULT });
    await client.leave();
  });

  it('is not made any more once its client has left', async () => {
    const world = heldWorld();
    const client = await waiting(world);
    await client.leave();
    await until('the call is let go of', () => world.gateway.load().held === 0);
    approve(world);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([sent(world), world.approvals.all[0]?.state.status]).toEqual([0, 'approved']);
  });

  it('is cancelled by a notification', async () => {
    const world = heldWorld();
    const client = await waiting(world);
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await until('the call is let go of', () => world.gateway.load().held === 0);
    approve(world);
    expect(sent(world)).toBe(0);
    await client.leave();
  });

  it.each([
    ['JSON', (id: unknown) => jsonReply({ jsonrpc: '2.0', id, result: RESULT })],
    ['stream', (id: unknown) => streamReply([`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result: RESULT })}\n\n`])],
  ])('has its answer kept when the client has left by then, for the identical call on another stream (%s)', async (_form, reply) => {
    const world = heldWorld();
    let give = (): void => {};
    const given = new Promise<void>((resolve) => (give = resolve));
    world.upstreams.scripts.set('tools/call', async ({ rpcId }) => {
      await given;
      return reply(rpcId);
    });
    const client = await waiting(world);
    approve(world);
    await until('the call is at the server', () => sent(world) > 0);
    await client.leave();
    give();
    await until('the answer is kept', () => world.approvals.kept.size === 1);
    const again = await HttpSseClient.open(world);
    await again.initialize();
    await again.call(2, 'wire', ARGS);
    expect(await again.message()).toEqual({ jsonrpc: '2.0', id: 2, result: RESULT });
    await again.leave();
    expect(sent(world)).toBe(1);
    await until('both sessions have ended', () => world.gateway.load().sessions === 0);
  });

  it('has its answer kept when it was handed over and nobody has read on', async () => {
    const world = heldWorld();
    world.upstreams.scripts.set('tools/call', ({ rpcId }) => jsonReply({ jsonrpc: '2.0', id: rpcId, result: RESULT }));
    const client = await waiting(world);
    approve(world);
    let message = await client.message();
    while (message.method !== undefined) message = await client.message();
    expect(message).toMatchObject({ id: 1 });
    await client.leave();
    await until('the answer is kept', () => world.approvals.kept.size === 1);
  });
});
