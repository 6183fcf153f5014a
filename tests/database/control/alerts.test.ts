import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresSnapshots } from '@/lib/adapters/postgres/snapshots';
import { closeQuietAlerts, raiseFinding } from '@/lib/control/alerts/raise-finding';
import type { Finding } from '@/lib/domain/anomaly/finding';
import { type RepeatFacts, repeatFinding } from '@/lib/domain/anomaly/repeats';
import { compilePolicy } from '@/lib/policy/compile';
import { captureLog } from '../../fixtures/ledger/ledger-fixture';
import { createWorld, PASSWORD, type World } from './control-world';

const MINUTE = 60_000;
let world: World;
let agent: { id: string; slug: string };
let server: { id: string; slug: string };

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  server = { id: (await world.addServer('bank', { name: 'pay', description: 'Pays.' })).body.id, slug: 'bank' };
  agent = {
    id: (await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'viewer@example.com' } })).body.id,
    slug: 'bot',
  };
  await world.call('POST', '/notification-channels', {
    body: {
      kind: 'webhook',
      name: 'hook',
      url: 'https://mcp.example.com/hook',
      signingSecret: 'a-secret-of-more-than-24-signs',
      events: ['anomaly'],
    },
  });
  await world.call('PUT', '/anomaly-settings/loop', { body: { action: 'pause', reason: 'loops have to end' } });
});
afterAll(async () => {
  world.expectClean(PASSWORD);
  await world.end();
});

const loop = (change: Partial<RepeatFacts> = {}): Finding =>
  repeatFinding(
    { kind: 'loop', subject: { agent, server, tool: 'pay' }, seen: 15, max: 15, stopped: true, ...change },
    world.now().getTime(),
  );
const storm = (change: Partial<Finding> = {}): Finding => ({
  ...loop(),
  kind: 'denial_storm',
  subject: { agent, server: null, tool: null },
  explanation: '60 of 80 calls were refused.',
  ...change,
});
const raise = (finding: Finding) => raiseFinding(world.context(), finding);
const alerts = async (query = '') => (await world.call('GET', `/alerts${query}`, { as: 'viewer' })).body;
const changes = async (action: string) => world.prisma.adminChange.findMany({ where: { action } });
const told = () => world.prisma.notificationDelivery.count({ where: { event: 'anomaly' } });

describe('a loop', () => {
  it('opens one alert and one pause, whoever finds it and how often, and tells the channels once', async () => {
    const before = await world.prisma.$queryRaw<{ version: bigint }[]>`SELECT version FROM config_version`;
    const raised = await Promise.all(Array.from({ length: 8 }, () => raise(loop())));
    expect(raised.filter((one) => one?.opened)).toHaveLength(1);
    expect(raised.filter((one) => one?.restricted)).toHaveLength(1);
    const { items, open } = await alerts();
    expect([items.length, open]).toEqual([1, 1]);
    expect(items[0]).toMatchObject({
      kind: 'loop',
      status: 'open',
      agent,
      server,
      tool: 'pay',
      action: 'pause',
      observed: 15,
      explanation: expect.stringContaining('15 identical calls of bank/pay by bot'),
      evidence: { agent: 'bot', server: 'bank', tool: 'pay' },
      restriction: { active: true, mode: 'pause', tool: null },
      setting: { enabled: true, threshold: 15, action: 'pause', minutes: 10 },
    });
    expect(Date.parse(items[0].restriction.until) - Date.parse(items[0].restriction.startedAt)).toBe(10 * MINUTE);
    expect(await told()).toBe(1);
    const after = await world.prisma.$queryRaw<{ version: bigint }[]>`SELECT version FROM config_version`;
    expect(Number(after[0]?.version)).toBeGreaterThan(Number(before[0]?.version));
    expect(await changes('agent.pause')).toMatchObject([{ actorKind: 'system', actorName: 'Anomaly control', entityName: 'bot' }]);
  });

  it('is lifted by an approver or an admin, with a reason, once; identical calls then count from zero', async () => {
    await world.prisma.$executeRaw`
      INSERT INTO counters (key, policy_id, counter, scope, scope_key, rule, "window", window_start, window_end, used, max)
      VALUES ('|loop|x', '', 'identical calls', 'agent', ${agent.id}, '(loop)', '300000ms', now(), now() + interval '5 minutes', 15, 15)`;
    expect((await world.call('GET', '/limits')).body.items).toEqual([]);
    const { items } = (await world.call('GET', '/restrictions?agent=bot&active=true')).body;
    const path = `/restrictions/${items[0].id}/lift`;
    expect((await world.call('POST', path, { as: 'author', body: { reason: 'x' } })).status).toBe(403);
    expect((await world.call('POST', path, { as: 'approver', body: {} })).status).toBe(400);
    const lifted = await world.call('POST', path, { as: 'approver', body: { reason: 'it was a test' } });
    expect(lifted.body).toMatchObject({ active: false, liftedBy: 'The approver', liftReason: 'it was a test' });
    expect((await world.call('POST', path, { body: { reason: 'again' } })).status).toBe(409);
    expect(await world.prisma.counter.count({ where: { rule: '(loop)' } })).toBe(0);
    expect(await changes('agent.unpause')).toMatchObject([{ actorName: 'The approver', entityName: 'bot' }]);
    // More of the same is a new reason.
    expect(await raise(loop())).toMatchObject({ opened: false, restricted: true });
  });

  it('reaches the gateway with the configuration, and is over there by the clock', async () => {
    await world.prisma.agentRestriction.updateMany({ where: { liftedAt: null }, data: { untilAt: new Date(Date.now() + 10 * MINUTE) } });
    const snapshots = await createPostgresSnapshots({
      poolConfig: world.poolConfig,
      compile: (text) => compilePolicy(text, null),
      log: captureLog(),
    });
    try {
      expect(snapshots.current()?.restrictions).toMatchObject([{ agentId: agent.id, mode: 'pause', serverId: null, tool: null }]);
      expect(snapshots.current()?.repeatSettings).toMatchObject([{ kind: 'loop', agentId: null, action: 'pause' }]);
    } finally {
      await snapshots.close();
      await world.prisma.agentRestriction.updateMany({ data: { untilAt: world.now() } });
    }
  });
});

describe('identical calls that a limit of the policy counts', () => {
  it('are told of, and pause nobody', async () => {
    const other = { id: 'agt_other', slug: 'other' };
    expect(await raise(loop({ stopped: false, subject: { agent: other, server, tool: 'pay' } }))).toMatchObject({
      opened: true,
      restricted: false,
    });
    expect((await alerts('?agent=other')).items).toMatchObject([{ kind: 'loop', action: 'alert', restriction: null }]);
    await world.prisma.alert.updateMany({ where: { agentId: other.id }, data: { closedAt: world.now(), closedBecause: 'end of test' } });
  });
});

describe('an alert', () => {
  it('is acknowledged once, with a note, and stays listed', async () => {
    const [one] = (await alerts('?kind=loop&agent=bot')).items;
    expect((await world.call('POST', `/alerts/${one.id}/acknowledge`, { as: 'viewer' })).status).toBe(403);
    const answer = await world.call('POST', `/alerts/${one.id}/acknowledge`, { as: 'approver', body: { note: 'I look at it' } });
    expect(answer.body).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'The approver', acknowledgedNote: 'I look at it' });
    expect((await world.call('POST', `/alerts/${one.id}/acknowledge`, { as: 'admin' })).status).toBe(409);
    expect((await alerts('?status=acknowledged')).items).toHaveLength(1);
    expect((await alerts('?status=open')).open).toBe(0);
  });

  it('closes by itself when the condition was not seen for a while, and opens anew when it comes again', async () => {
    await world.passLong(16 * MINUTE);
    expect(await closeQuietAlerts(world.context())).toBe(1);
    const [closed] = (await alerts('?status=closed&agent=bot')).items;
    expect(closed).toMatchObject({ status: 'closed', closedBecause: 'not seen any more' });
    expect((await world.call('POST', `/alerts/${closed.id}/snooze`, { body: { minutes: 5 } })).status).toBe(409);
    expect(await raise(loop())).toMatchObject({ opened: true });
  });

  it('that is snoozed tells nobody, also when it comes again meanwhile', async () => {
    await raise(storm());
    const before = await told();
    const [one] = (await alerts('?kind=denial_storm&status=open')).items;
    const until = (await world.call('POST', `/alerts/${one.id}/snooze`, { as: 'author', body: { minutes: 120 } })).body.snoozedUntil;
    expect((await alerts('?status=snoozed')).items.map(({ id }: { id: string }) => id)).toEqual([one.id]);
    await world.passLong(20 * MINUTE);
    await closeQuietAlerts(world.context());
    expect(await raise(storm())).toMatchObject({ opened: true });
    expect((await alerts('?status=snoozed')).items[0]).toMatchObject({ snoozedUntil: until, snoozedBy: 'The author' });
    expect(await told()).toBe(before);
    expect(await changes('alert.snooze')).toHaveLength(1);
  });

  it('keeps where its evidence began while it goes on', async () => {
    const from = (await alerts('?kind=denial_storm&status=snoozed')).items[0].evidence.from;
    await world.passLong(5 * MINUTE);
    await raise(storm({ observed: 90, evidence: { agent: 'bot', from: '2026-11-20T20:00:00.000Z', to: '2026-11-20T20:10:00.000Z' } }));
    expect((await alerts('?kind=denial_storm&status=snoozed')).items[0]).toMatchObject({
      observed: 90,
      evidence: { from, to: '2026-11-20T20:10:00.000Z' },
    });
  });

  it('is told of when it outlasts its snooze, once', async () => {
    const before = await told();
    for (let look = 0; look < 13; look++) {
      await world.passLong(10 * MINUTE);
      await raise(storm());
    }
    expect((await alerts('?kind=denial_storm&status=open')).items).toMatchObject([{ snoozedUntil: null, snoozedBy: null }]);
    expect(await told()).toBe(before + 1);
  });

  it('pages by a cursor, and filters by agent and server', async () => {
    const first = await alerts('?limit=2');
    const second = await alerts(`?limit=2&cursor=${first.nextCursor}`);
    expect(first.items).toHaveLength(2);
    expect(second.items.map(({ id }: { id: string }) => id)).not.toContain(first.items[0].id);
    expect((await alerts('?agent=bot&server=bank')).items.every(({ kind }: { kind: string }) => kind === 'loop')).toBe(true);
    expect((await alerts('?agent=nobody')).items).toEqual([]);
    expect((await world.call('GET', '/alerts/alr_none')).status).toBe(404);
  });
});

describe('a pause', () => {
  it('that was lifted does not come back for what had begun by then, but for what begins anew', async () => {
    await world.call('PUT', '/anomaly-settings/burst', { body: { action: 'pause', minutes: 60, reason: 'strict' } });
    const batch = { id: 'agt_batch', slug: 'batch' };
    const burst = (tool: string) => raise(storm({ kind: 'burst', subject: { agent: batch, server, tool } }));
    expect((await burst('a'))?.restricted).toBe(true);
    for (const tool of ['b', 'c']) expect((await burst(tool))?.restricted).toBe(false);
    const [paused] = (await world.call('GET', '/restrictions?agent=batch&active=true')).body.items;
    expect((await world.call('POST', `/restrictions/${paused.id}/lift`, { as: 'approver', body: { reason: 'known batch' } })).status).toBe(
      200,
    );
    world.pass(MINUTE);
    for (const tool of ['a', 'b', 'c']) expect((await burst(tool))?.restricted).toBe(false);
    expect((await burst('d'))?.restricted).toBe(true);
    await world.prisma.agentRestriction.updateMany({ where: { agentId: batch.id }, data: { untilAt: world.now() } });
    await world.prisma.alert.updateMany({ where: { agentId: batch.id }, data: { closedAt: world.now(), closedBecause: 'end of test' } });
  });
});

describe('tuning', () => {
  it('changes the threshold of a tool of an agent, for this kind only, and is on record', async () => {
    const [one] = (await alerts('?kind=loop')).items;
    const tune = (body: object, as: 'author' | 'approver' = 'author') => world.call('POST', `/alerts/${one.id}/tune`, { as, body });
    expect((await tune({ for: 'agent_tool', threshold: 40, reason: 'it polls' }, 'approver')).status).toBe(403);
    expect((await tune({ for: 'agent_tool', threshold: 2, reason: 'x' })).body.error.details[0].message).toBe(
      'from 4 to 1000 identical calls',
    );
    expect((await tune({ for: 'agent_tool', threshold: 40, action: 'approval', reason: 'it polls' })).body.setting).toEqual({
      enabled: true,
      threshold: 40,
      action: 'approval',
      minutes: 10,
    });
    expect((await changes('anomaly.tune')).slice(-1)).toMatchObject([
      { entityName: 'Loop: bot · bank/pay', after: { threshold: 40, reason: 'it polls' } },
    ]);
    const { items } = (await world.call('GET', '/anomaly-settings', { as: 'viewer' })).body;
    const kind = items.find((item: { kind: string }) => item.kind === 'loop');
    expect(kind).toMatchObject({
      everybody: { threshold: 15 },
      settings: [
        { agent: { slug: 'bot' }, server: { slug: 'bank' }, tool: 'pay', threshold: 40 },
        { agent: null, tool: null, action: 'pause' },
      ],
    });
  });

  it('to an approval asks about one tool for a while, and not again once that was lifted', async () => {
    await world.passLong(20 * MINUTE);
    expect(await raise(loop())).toMatchObject({ restricted: true });
    const [asking] = (await world.call('GET', '/restrictions?active=true')).body.items;
    expect(asking).toMatchObject({ mode: 'approval', server, tool: 'pay' });
    await world.call('PUT', '/anomaly-settings/denial_storm', { body: { action: 'pause', minutes: 5, reason: 'strict' } });
    expect(await raise(storm())).toMatchObject({ restricted: true });
    const [pause] = (await world.call('GET', '/restrictions?active=true')).body.items;
    expect(pause).toMatchObject({ mode: 'pause', kind: 'denial_storm', tool: null });
    await world.call('POST', `/restrictions/${pause.id}/lift`, { body: { reason: 'known' } });
    expect(await raise(storm())).toMatchObject({ opened: false, restricted: false });
  });

  it('to nothing closes the alert and raises none any more; taking it back leaves no row', async () => {
    const [one] = (await alerts('?kind=denial_storm&status=snoozed,open')).items;
    const answer = await world.call('POST', `/alerts/${one.id}/tune`, { body: { for: 'agent', enabled: false, reason: 'a test agent' } });
    expect(answer.body).toMatchObject({ status: 'closed', closedBecause: 'ignored by The admin' });
    expect(await raise(storm())).toBeNull();
    expect((await world.call('POST', `/alerts/${one.id}/tune`, { body: { for: 'tool', enabled: false, reason: 'x' } })).status).toBe(422);
    await world.call('PUT', '/anomaly-settings/denial_storm', { body: { agent: 'bot', enabled: null, reason: 'no more' } });
    expect(await world.prisma.anomalySetting.count({ where: { kind: 'denial_storm', agentId: agent.id } })).toBe(0);
    expect((await world.call('PUT', '/anomaly-settings/nothing', { body: { enabled: false, reason: 'x' } })).status).toBe(404);
    expect((await world.call('PUT', '/anomaly-settings/burst', { body: { tool: 'pay', enabled: false, reason: 'x' } })).status).toBe(422);
  });
});
