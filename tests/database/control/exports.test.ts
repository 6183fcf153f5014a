import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTexts, exportAudit } from '@/lib/control/exports/export-audit';
import { CALL_COLUMNS_OPEN } from '@/lib/domain/call-columns';
import { argumentsAad } from '@/lib/domain/sealed-value';
import { newId } from '@/lib/kernel/ids';
import { createWorld, type World } from './control-world';

const ROWS = 2_300;
const CANARY = 'canary-argument-78';
let world: World;

/** The same sequence for every run. */
let state = 7;
const random = (below: number): number => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * below);
};
const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
const AGENTS = ['bot', 'crawler', '=cmd()'];
const TOOLS = ['list_items', 'delete_item', 'pay'];

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.prisma.writer.create({ data: { id: 'wrt_1', lockKey: 1n, node: 'node', lastHash: 'a', owner: 'wrt_1' } });
  const base = world.now().getTime() - 86_400_000;
  await world.prisma.auditEvent.createMany({
    data: Array.from({ length: ROWS }, (_, n) => {
      // Many share an instant, so that only time and id together order them.
      const atMs = base + Math.floor(n / 40) * 600_000;
      const id = newId('evt', atMs, randomBytes(10));
      return {
        id,
        at: new Date(atMs),
        writer: 'wrt_1',
        seq: BigInt(n + 1),
        previousHash: 'a',
        hash: 'b',
        method: 'tools/call',
        decision: pick(['allowed', 'denied', 'limited']),
        reason: 'policy.allowed',
        rule: '/tools/t',
        message: n % 7 === 0 ? 'one, "two"\nthree' : null,
        serverId: 'srv_1',
        serverSlug: pick(['shop', 'crm']),
        agentSlug: pick(AGENTS),
        tool: pick(TOOLS),
        category: 'read',
        risk: pick(['low', 'high', 'critical']),
        argumentsEnvelope: n === 0 ? world.services.envelope.seal(JSON.stringify({ card: CANARY }), argumentsAad(id)) : null,
        argumentsBytes: 20,
      };
    }),
  });
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

interface Row {
  id: string;
  [name: string]: unknown;
}
const lines = (text: string): Row[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);

async function listed(query: string): Promise<Row[]> {
  const items: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Row[]; nextCursor: string | null } = (
      await world.call('GET', `/audit?limit=500&${query}${cursor ? `&cursor=${cursor}` : ''}`, { as: 'viewer' })
    ).body;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

const FILTERS: [string, () => string][] = [
  ['agent', () => encodeURIComponent(pick(AGENTS))],
  ['server', () => pick(['shop', 'crm', 'shop,crm', 'else'])],
  ['decision', () => pick(['denied', 'allowed,limited'])],
  ['tool', () => pick(TOOLS)],
  ['risk', () => pick(['low', 'high,critical'])],
  ['q', () => pick(['three', 'item', '%25'])],
  ['from', () => new Date(world.now().getTime() - random(90_000_000)).toISOString()],
  ['to', () => new Date(world.now().getTime() - random(40_000_000)).toISOString()],
];

/** What the list and a file call the same; a client is one object in the list and two columns in a file. */
const IN_LIST = CALL_COLUMNS_OPEN.filter((column) => column !== 'client' && column !== 'clientVersion');

describe('an export of calls', () => {
  it('equals the list over random filters, row by row', async () => {
    for (let round = 0; round < 15; round++) {
      const query = FILTERS.filter(() => random(3) === 0)
        .map(([name, value]) => `${name}=${value()}`)
        .join('&');
      const rows = await listed(query);
      const { text, status } = await world.call('GET', `/audit/export?${query}`, { as: 'viewer' });
      expect(status, text).toBe(200);
      const exported = lines(text);
      expect(
        exported.map((row) => row.id),
        query,
      ).toEqual(rows.map((row) => row.id));
      const same = (row: Row) => IN_LIST.map((column) => row[column] ?? null);
      expect(exported.map(same), query).toEqual(rows.map(same));
      const csv = await world.call('GET', `/audit/export?format=csv&columns=id&${query}`, { as: 'viewer' });
      expect(csv.text.split('\r\n').slice(1, -1), query).toEqual(rows.map((row) => row.id));
    }
  });

  it('goes on from any place without a loss or a double', async () => {
    const job = { format: 'ndjson' as const, columns: CALL_COLUMNS_OPEN, filter: { agent: ['bot', 'crawler'] } };
    const whole: string[] = [];
    const later: string[] = [];
    let place: Parameters<typeof callTexts>[2] = null;
    for await (const piece of callTexts(world.context(), job, null)) {
      whole.push(piece.text);
      place ??= piece.place;
    }
    for await (const piece of callTexts(world.context(), job, place)) later.push(piece.text);
    const first = whole.find((text) => text !== '') as string;
    expect(whole.join('')).toBe(first + later.join(''));
    expect(lines(later.join('')).length).toBeGreaterThan(0);
  });

  it('is CSV with safe cells, the columns asked for, and a name for the file', async () => {
    const { text, headers } = await world.call('GET', '/audit/export?format=csv&columns=agent,message,at', { as: 'viewer' });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="callgate-calls-\d{8}T\d{6}Z\.csv"$/);
    expect(text.startsWith('agent,message,at\r\n')).toBe(true);
    expect(text).toContain("'=cmd()");
    expect(text).not.toMatch(/(^|,)=cmd/m);
    expect(text).toContain('"one, ""two""\nthree"');
    expect(text).toMatch(/,20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\r\n$/);
  });

  it('is OCSF without arguments', async () => {
    const { text } = await world.call('GET', '/audit/export?format=ocsf&agent=bot', { as: 'viewer' });
    expect(lines(text)[0]).toMatchObject({ class_uid: 6003, actor: { user: { name: 'bot' } } });
    expect((await world.call('GET', '/audit/export?format=ocsf&columns=id', { as: 'viewer' })).status).toBe(422);
  });

  it('gives arguments to readers of payloads only, and records that', async () => {
    const refused = await world.call('GET', '/audit/export?columns=id,arguments', { as: 'viewer' });
    expect(refused.status).toBe(403);
    const { text } = await world.call('GET', '/audit/export?columns=id,arguments', { as: 'approver' });
    expect(lines(text).filter((row) => row.arguments !== null)).toMatchObject([{ arguments: { card: CANARY } }]);
    const [entry] = (await world.call('GET', '/changes?action=audit.export&limit=1')).body.items;
    expect(entry).toMatchObject({ actor: { name: 'The approver' }, after: { columns: ['id', 'arguments'], format: 'ndjson' } });
    expect((await world.call('GET', '/audit/export')).text).not.toContain(CANARY);
  });

  it('is recorded when it begins and when it has ended, with its filter and rows', async () => {
    const { text, headers } = await world.call('GET', '/audit/export?agent=bot&format=csv', { as: 'viewer' });
    const rows = text.trimEnd().split('\r\n').length - 1;
    const changes = await world.prisma.adminChange.findMany({
      where: { requestId: headers.get('x-request-id') },
      orderBy: { action: 'asc' },
    });
    expect(changes).toMatchObject([
      { action: 'audit.export', actorName: 'The viewer', entityName: 'Calls as CSV', after: { filter: { agent: ['bot'] }, format: 'csv' } },
      { action: 'audit.export_end', entityId: changes[0]?.entityId, after: { rows, complete: true } },
    ]);
  });

  it('ends when its reader leaves, and says so', async () => {
    const context = {
      ...world.context(),
      actor: { kind: 'key' as const, id: 'key_1', name: 'a key', role: 'admin' as const, sessionId: null },
    };
    world.pass(60_000);
    const pieces = exportAudit(
      { ...context, now: world.now() },
      { params: {}, query: { format: 'ndjson' }, body: undefined as never, ifMatch: null },
    );
    for await (const piece of pieces) if (typeof piece === 'string' && piece !== '') break;
    world.pass(60_000);
    const [end] = (await world.call('GET', '/changes?action=audit.export_end&limit=1')).body.items;
    expect(end).toMatchObject({ actor: { name: 'a key' }, after: { rows: 1_000, complete: false } });
  });

  it('refuses what it does not know', async () => {
    expect((await world.call('GET', '/audit/export?format=xml')).status).toBe(400);
    const unknown = await world.call('GET', '/audit/export?columns=id,hash');
    expect(unknown.status).toBe(400);
    expect(unknown.body.error.details).toEqual([{ path: 'columns', message: expect.stringMatching(/^"hash": .*"id"\|"at"/) }]);
    expect((await world.call('GET', '/audit/export?limit=5')).status).toBe(400);
  });
});

describe('an export of changes', () => {
  it('equals the list, in both formats', async () => {
    const { items } = (await world.call('GET', '/changes?entity=export&limit=500')).body as { items: Row[] };
    const { text } = await world.call('GET', '/changes/export?entity=export', { as: 'viewer' });
    expect(lines(text).map((row) => row.id)).toEqual(items.map((row) => row.id));
    const { items: later } = (await world.call('GET', '/changes?entity=export&limit=500')).body as { items: Row[] };
    const csv = await world.call('GET', '/changes/export?entity=export&format=csv&columns=id,actorName', { as: 'viewer' });
    expect(
      csv.text
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]),
    ).toEqual(later.map((row) => row.id));
  });
});
