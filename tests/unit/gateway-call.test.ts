import { describe, expect, it } from 'vitest';
import { jsonReply } from '@/lib/adapters/memory/memory-upstreams';
import type { ForwardContext } from '@/lib/gateway/forward-context';
import type { Approved } from '@/lib/gateway/stages/approve';
import { forward } from '@/lib/gateway/stages/forward';
import { newWorld } from './gateway-world';

const decisionOf = (body: { result: { _meta: Record<string, unknown> } }) => body.result._meta['dev.callgate/decision'];

describe('a tool call', () => {
  it('that the policy allows reaches the upstream as the canonical text and is recorded before and after', async () => {
    const world = newWorld();
    const answer = await world.send({
      raw: '{ "params": {"arguments": {"amount": 1.50}, "name": "refund"}, "method":"tools/call","id":7, "jsonrpc":"2.0" }',
      headers: { cookie: 'session=1', 'x-forwarded-for': '10.0.0.1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    expect(answer.status).toBe(200);
    expect((await answer.json()).id).toBe(7);
    expect(answer.headers['x-callgate-event']).toBe(world.last().id);
    expect(world.upstreams.posts).toHaveLength(1);
    const sent = world.upstreams.posts[0];
    expect(sent?.body).toBe('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments":{"amount":1.5},"name":"refund"}}');
    expect(Object.keys(sent?.headers ?? {}).sort()).toEqual(['accept', 'content-type', 'traceparent']);
    expect(JSON.stringify(sent?.headers)).not.toContain(world.token);
    expect(world.ledger.events).toHaveLength(1);
    expect(world.last().intent).toMatchObject({
      decision: 'allowed',
      reason: 'policy.allowed',
      tool: 'refund',
      args: { amount: 1.5 },
      sourceIp: '192.0.2.7',
      rpcId: 7,
      agent: { slug: 'bot' },
      server: { slug: 'shop' },
      policy: { slug: 'payments', version: 41 },
      grant: 'grt_1',
    });
    expect(world.last().settlement).toMatchObject({ outcome: 'ok', httpStatus: 200 });
    expect(world.gateway.load().calls).toBe(0);
  });

  it('that the policy denies gets a result for the model and is never sent', async () => {
    const world = newWorld();
    const answer = await world.call('refund', { amount: 501 });
    expect(answer.status).toBe(200);
    const body = await answer.json();
    expect(body.result.isError).toBe(true);
    expect(body.result.content[0].text).toMatch(
      /^Denied by policy: Refunds above 500 need manual processing\. The call was NOT EXECUTED\./,
    );
    expect(decisionOf(body)).toEqual({
      outcome: 'denied',
      reason: 'argument.denied',
      rule: '/tools/refund/deny_if/0',
      event: world.last().id,
      policy: 'payments',
      version: 41,
      retryAfterMs: null,
      approval: null,
    });
    expect(answer.headers['x-callgate-event']).toBe(world.last().id);
    expect(world.upstreams.posts).toHaveLength(0);
    expect(world.ledger.events).toHaveLength(1);
    expect(world.last().intent).toMatchObject({
      decision: 'denied',
      reason: 'argument.denied',
      rule: '/tools/refund/deny_if/0',
      args: { amount: 501 },
    });
  });

  it.each([['remove', 'policy.action_deny', '/tools/remove/action']])('to %s is denied by its action', async (tool, reason) => {
    const world = newWorld();
    expect(decisionOf(await (await world.call(tool)).json())).toMatchObject({ outcome: 'denied', reason });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it.each([
    ['secret', 'policy.hidden', 'hidden'],
    ['nothing', 'tool.unknown', 'hidden'],
    ['fresh', 'tool.pending', 'denied'],
    ['changed', 'tool.quarantined', 'denied'],
  ])('to %s gets the bytes of a tool that does not exist', async (tool, reason, decision) => {
    const world = newWorld();
    const answer = await world.send({ body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool } } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(`{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: ${tool}"}}`);
    expect(Object.keys(answer.headers).sort()).toEqual(['cache-control', 'content-type', 'x-callgate-event']);
    expect(world.last().intent).toMatchObject({ decision, reason, tool });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('beyond a limit is limited, with the time to wait, and the one event is the ledger’s', async () => {
    const world = newWorld();
    for (let round = 0; round < 3; round++) expect((await (await world.call('list')).json()).result.isError).toBeUndefined();
    const body = await (await world.call('list')).json();
    expect(decisionOf(body)).toMatchObject({
      outcome: 'limited',
      reason: 'limit.exhausted',
      rule: '/tools/list/limits/0',
      retryAfterMs: 60_000,
      event: world.last().id,
    });
    expect(body.result.content[0].text).toMatch(/^Limited by policy: Three lists a minute\..*Try again in 60 seconds/);
    expect(world.upstreams.posts).toHaveLength(3);
    expect(world.ledger.events.map((event) => event.intent.decision)).toEqual(['allowed', 'allowed', 'allowed', 'limited']);
    world.clock.now += 60_000;
    expect((await (await world.call('list')).json()).result.isError).toBeUndefined();
  });

  it('that needs a person is not executed and says so', async () => {
    const world = newWorld();
    const body = await (await world.call('wire', { amount: 5 })).json();
    expect(decisionOf(body)).toMatchObject({
      outcome: 'needs_approval',
      reason: 'approval.needed',
      approval: { id: world.approvals.all[0]?.id },
    });
    expect(body.result.content[0].text).toMatch(/NOT EXECUTED/);
    expect(world.last().intent).toMatchObject({ decision: 'needs_approval' });
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('with an argument the tool does not declare is refused and charges nothing', async () => {
    const world = newWorld();
    for (let round = 0; round < 5; round++) {
      const answer = await world.call('list', { page: 1, sidenote: 'x' });
      expect(answer.status).toBe(200);
      expect((await answer.json()).error).toMatchObject({ code: -32602, data: { reason: 'argument.undeclared' } });
    }
    expect(world.last().intent).toMatchObject({ decision: 'refused', reason: 'argument.undeclared' });
    expect((await (await world.call('list', { page: 1 })).json()).error).toBeUndefined();
    expect(world.upstreams.posts).toHaveLength(1);
  });

  it('without a policy is denied, and the list is empty', async () => {
    const world = newWorld();
    world.putGrant(world.token, { policyId: null });
    expect(decisionOf(await (await world.call('list')).json())).toMatchObject({
      outcome: 'denied',
      reason: 'policy.none',
      rule: '(no policy)',
      policy: null,
      version: null,
    });
    expect((await (await world.call('nothing')).json()).error.message).toBe('Unknown tool: nothing');
    expect(world.upstreams.posts).toHaveLength(0);
  });

  it('passes under an observing policy and is recorded as what it would have been, but unapproved tools stay refused', async () => {
    const world = newWorld({ policy: { version: '1', default: 'deny', mode: 'observe', tools: { remove: { action: 'deny' } } } });
    expect((await (await world.call('remove')).json()).result.isError).toBeUndefined();
    expect(world.last().intent.decision).toBe('observed_denied');
    expect(world.last().settlement?.outcome).toBe('ok');
    expect((await (await world.call('changed')).json()).error.message).toBe('Unknown tool: changed');
    expect(world.upstreams.posts).toHaveLength(1);
  });

  it('is refused when it cannot be recorded, and nothing is sent', async () => {
    const world = newWorld();
    world.ledger.available = false;
    for (const [tool, args] of [
      ['refund', { amount: 1 }],
      ['refund', { amount: 900 }],
      ['nothing', {}],
    ] as const) {
      const answer = await world.call(tool, args);
      expect(answer.status).toBe(503);
      expect((await answer.json()).error).toMatchObject({ code: -32010, data: { reason: 'audit.unavailable' } });
    }
    expect(world.upstreams.posts).toHaveLength(0);
    world.ledger.available = true;
    expect((await world.call('refund', { amount: 1 })).status).toBe(200);
  });

  it('is refused when the node cannot confirm its policies', async () => {
    const world = newWorld();
    world.snapshots.lease = false;
    const answer = await world.call('refund', { amount: 1 });
    expect(answer.status).toBe(503);
    expect((await answer.json()).error.data.reason).toBe('policy.stale');
    expect(world.upstreams.posts).toHaveLength(0);
    expect(world.last().intent).toMatchObject({ decision: 'refused', reason: 'policy.stale' });
  });

  it('is waited for by draining while it is being admitted', async () => {
    const world = newWorld();
    const admit = world.ledger.admit.bind(world.ledger);
    let commit = (): void => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    world.ledger.admit = async (request) => {
      await committed;
      return admit(request);
    };
    const calling = world.call('refund', { amount: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    let isDrained = false;
    const drained = world.gateway.drain(100_000).then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(isDrained).toBe(false);
    commit();
    await (await calling).text();
    await drained;
    expect(world.last().settlement?.outcome).toBe('ok');
  });

  it('is refused while draining, and draining waits for calls on their way', async () => {
    const world = newWorld();
    let release = (): void => {};
    world.upstreams.scripts.set('tools/call', async (request) => {
      await new Promise<void>((resolve) => (release = resolve));
      return jsonReply({ jsonrpc: '2.0', id: request.rpcId, result: { content: [] } });
    });
    const running = world.call('refund', { amount: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const drained = world.gateway.drain(100_000);
    expect((await world.call('refund', { amount: 1 })).status).toBe(503);
    release();
    await (await running).text();
    expect(await drained).toEqual({ unfinished: 0 });
    expect(world.upstreams.posts).toHaveLength(1);
  });
});

describe('forwarding', () => {
  it('takes only an admitted call', () => {
    // @ts-expect-error an approved call was not admitted: the type check fails when this compiles
    const skip = (call: Approved, context: ForwardContext) => forward(call, context);
    expect(skip).toBeTypeOf('function');
  });
});
