import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argumentsAad } from '@/lib/domain/sealed-value';
import { newId } from '@/lib/kernel/ids';
import { createWorld, type World } from './control-world';

const CANARY = 'canary-argument-77';
let world: World;
const ids: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.prisma.writer.create({ data: { id: 'wrt_1', lockKey: 1n, node: 'node', lastHash: 'a', owner: 'wrt_1' } });
  const base = world.now().getTime() - 3_600_000;
  for (let n = 0; n < 12; n++) await addEvent(n, base + Math.floor(n / 3) * 60_000);
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

/** Rows as the ledger writes them; three share each instant, so that only time and id together order them. */
async function addEvent(n: number, atMs: number): Promise<void> {
  const id = newId('evt', atMs, randomBytes(10));
  ids.push(id);
  const decision = n % 4 === 0 ? 'denied' : n % 4 === 1 ? 'limited' : 'allowed';
  await world.prisma.auditEvent.create({
    data: {
      id,
      at: new Date(atMs),
      writer: 'wrt_1',
      seq: BigInt(n + 1),
      previousHash: 'a',
      hash: 'b',
      method: 'tools/call',
      decision,
      reason: decision === 'denied' ? 'policy.default_deny' : decision === 'limited' ? 'limit.exhausted' : 'policy.allowed',
      rule: decision === 'denied' ? '(default deny)' : '/tools/t',
      serverId: 'srv_1',
      serverSlug: 'shop',
      agentId: 'agt_1',
      agentSlug: n % 2 === 0 ? 'bot' : 'crawler',
      grantId: 'grt_1',
      policyId: 'pol_1',
      policySlug: 'main',
      policyVersion: 3,
      tool: n === 5 ? 'call_tool' : 'list_items',
      target: n === 7 ? 'file:///docs/a' : null,
      innerTool: n === 5 ? 'delete_item' : null,
      category: 'read',
      risk: n % 3 === 0 ? 'high' : 'low',
      argumentsEnvelope: n === 0 ? world.services.envelope.seal(JSON.stringify({ card: CANARY }), argumentsAad(id)) : null,
      argumentsBytes: n === 1 ? null : 20,
      sourceIp: '10.1.1.1',
      expectsOutcome: decision === 'allowed',
      trace: [{ stage: 'default', rule: '(default deny)', tool: 'list_items', result: 'fail', decided: true }],
    },
  });
  if (decision !== 'allowed') return;
  const settle = (seq: number, outcome: string, at: number) =>
    world.prisma.auditOutcome.create({
      data: {
        eventId: id,
        eventAt: new Date(atMs),
        at: new Date(at),
        writer: 'wrt_1',
        seq: BigInt(seq),
        previousHash: 'a',
        hash: 'b',
        outcome,
        upstreamMs: n,
        gatewayMs: n / 10,
        ...(n === 6 ? { flags: ['link', 'secret'] } : null),
      },
    });
  if (n === 3) await settle(103, 'unknown', atMs + 10);
  if (n !== 11) await settle(200 + n, n === 6 ? 'tool_error' : 'ok', atMs + 20);
}

const list = async (query = '') => (await world.call('GET', `/audit${query}`, { as: 'viewer' })).body;
const indexes = (items: { id: string }[]) => items.map((item) => ids.indexOf(item.id));

describe('the list', () => {
  it('is newest first and pages without loss or repetition, also within one instant', async () => {
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = await list(`?limit=5${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...indexes(page.items));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
    expect(seen.map((n) => Math.floor(n / 3))).toEqual([3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0]);
  });

  it.each([
    ['decision=denied', [8, 4, 0]],
    ['decision=denied,limited&agent=bot', [8, 4, 0]],
    ['agent=agt_1&risk=high', [9, 6, 3, 0]],
    ['outcome=tool_error', [6]],
    ['outcome=none', [11, 9, 8, 5, 4, 1, 0]],
    ['outcome=unknown', []],
    ['tool=delete_item', [5]],
    ['q=CALL_to', [5]],
    ['flag=secret', [6]],
    ['flag=too_large,link', [6]],
    ['flag=control', []],
    ['q=docs/a', [7]],
    ['q=%25', []],
    ['server=shop,else&grant=grt_1&method=tools/call&tool=call_tool', [5]],
    ['server=else', []],
  ])('filters by %s over all rows', async (query, expected) => {
    const { items } = await list(`?${query}`);
    expect(indexes(items).sort((a, b) => b - a)).toEqual(expected);
  });

  it('filters by time, from inclusive, to exclusive, and by id', async () => {
    const { items } = await list('?limit=1');
    expect(indexes((await list(`?from=${items[0].at}`)).items).sort()).toEqual([10, 11, 9].sort());
    expect((await list(`?to=${items[0].at}`)).items).toHaveLength(9);
    expect(indexes((await list(`?q=${ids[7]}`)).items)).toEqual([7]);
  });

  it('joins the last word on each outcome and holds no payload', async () => {
    const { items } = await list();
    expect(items.find((item: { id: string }) => item.id === ids[3])).toMatchObject({ outcome: 'ok', upstreamMs: 3 });
    expect(items.find((item: { id: string }) => item.id === ids[0])).toMatchObject({ outcome: null, policyVersion: 3, argumentsBytes: 20 });
    expect(Object.keys(items[0])).not.toContain('arguments');
  });
});

describe('one event', () => {
  it('shows its arguments to readers of payloads, and records that', async () => {
    const { body } = await world.call('GET', `/audit/${ids[0]}`, { as: 'approver' });
    expect(body).toMatchObject({
      arguments: { shown: true, value: { card: CANARY } },
      trace: [{ decided: true }],
      integrity: { seq: '1' },
      sourceIp: '10.1.1.1',
    });
    expect((await world.call('GET', '/changes?action=payload.read')).body.items).toMatchObject([
      { actor: { name: 'The approver' }, entityId: ids[0] },
    ]);
  });

  it('says to others why they do not see them, and records nothing', async () => {
    for (const as of ['viewer', 'author'] as const) {
      const { body, text } = await world.call('GET', `/audit/${ids[0]}`, { as });
      expect(body.arguments).toEqual({ shown: false, why: expect.stringContaining('readers of payloads') });
      expect(text).not.toContain(CANARY);
    }
    expect((await world.call('GET', '/changes?action=payload.read')).body.items).toHaveLength(1);
  });

  it('tells what was not kept from what never was', async () => {
    expect((await world.call('GET', `/audit/${ids[1]}`)).body.arguments.why).toContain('had no arguments');
    expect((await world.call('GET', `/audit/${ids[2]}`)).body.arguments.why).toContain('not kept');
    expect((await world.call('GET', `/audit/${ids[3]}`)).body.settlements.map((one: { outcome: string }) => one.outcome)).toEqual([
      'unknown',
      'ok',
    ]);
    expect((await world.call('GET', '/audit/evt_nothing')).status).toBe(404);
  });
});

describe('statistics', () => {
  it('add up, over time and by what', async () => {
    const { body } = await world.call('GET', '/stats', { as: 'viewer' });
    expect(body).toMatchObject({
      total: 12,
      bucket: '15m',
      byDecision: { allowed: 6, denied: 3, limited: 3 },
      byOutcome: { ok: 4, tool_error: 1, none: 7 },
    });
    const inSeries = body.series
      .flatMap((bucket: { decisions: Record<string, number> }) => Object.values(bucket.decisions))
      .reduce((sum: number, n: number) => sum + n, 0);
    expect(inSeries).toBe(12);
    expect(body.topTools).toEqual(
      expect.arrayContaining([
        { name: 'list_items', server: 'shop', calls: 11, refused: 5 },
        { name: 'delete_item', server: 'shop', calls: 1, refused: 1 },
      ]),
    );
    expect(body.topAgents[0]).toMatchObject({ calls: 6 });
    expect(body.upstreamMs.p50).toBe(6);
    expect((await world.call('GET', '/stats?bucket=minute&agent=bot')).body).toMatchObject({ total: 6, series: { length: 4 } });
  });

  it('refuse ranges that cannot be drawn', async () => {
    expect((await world.call('GET', '/stats?from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z')).status).toBe(422);
    expect((await world.call('GET', '/stats?from=2020-01-01T00:00:00Z&bucket=minute')).status).toBe(422);
  });
});

describe('live events', () => {
  it('stream with ids and resume after the last one seen', async () => {
    const open = async (headers: Record<string, string> = {}) => {
      const gone = new AbortController();
      const response = await world.api.handle(
        new Request('http://localhost:3000/api/v1/events', {
          headers: { authorization: 'Bearer test-management-key-of-forty-characters!', ...headers },
          signal: gone.signal,
        }),
        { sourceIp: '::1' },
      );
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let text = '';
      return {
        until: async (part: string) => {
          while (!text.includes(part)) {
            const { value, done } = await reader.read();
            if (done) break;
            text += new TextDecoder().decode(value);
          }
          return text;
        },
        close: () => gone.abort(),
      };
    };
    const first = await open();
    await first.until(': open');
    world.services.events.publish('call', { id: 'evt_a' });
    const heard = await first.until('evt_a');
    const id = /id: (\d+)\nevent: call\ndata: \{"id":"evt_a"\}/.exec(heard)?.[1];
    first.close();
    world.services.events.publish('policy', { id: 'missed' });
    const second = await open({ 'last-event-id': String(id) });
    expect(await second.until('missed')).not.toContain('evt_a');
    second.close();
    const restarted = await open({ 'last-event-id': '999999' });
    await restarted.until(': open');
    world.services.events.publish('call', { id: 'evt_new' });
    expect(await restarted.until('evt_new')).toContain('event: gap');
    restarted.close();
  });
});
