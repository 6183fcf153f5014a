import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shapeOf } from '@/lib/adapters/postgres/argument-store';
import { eventContent } from '@/lib/adapters/postgres/audit-row';
import { newEventId } from '@/lib/adapters/postgres/event-id';
import type { RaiseContext } from '@/lib/control/alerts/raise-finding';
import { watchRound } from '@/lib/control/alerts/watch-round';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import type { ControlServices } from '@/lib/control/services';
import type { PrismaClient } from '@/lib/db/generated/client';
import { createPrisma } from '@/lib/db/prisma';
import { SHAPES_MAX } from '@/lib/domain/anomaly/new-shape';
import type { RiskLevel } from '@/lib/domain/risk';
import { createEnvelope } from '@/lib/env/envelope';
import { newId } from '@/lib/kernel/ids';
import type { JsonObject } from '@/lib/kernel/json';
import { Chain } from '../../scripts/seed/chain';
import { copyRows } from '../../scripts/seed/copy-rows';
import { makePastPartitions } from '../../scripts/seed/partitions';
import { seedCalls } from '../../scripts/seed/seed-calls';
import { seedOrganisation } from '../../scripts/seed/seed-organisation';
import { callIntent } from '../fixtures/ledger/ledger-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

const DAYS = 20;
const CALLS = 160_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Thursday evening: the seed's rough afternoons lie at 82 and 93 percent of the time. */
const TO_MS = Date.UTC(2026, 10, 26, 20);
const FROM_MS = TO_MS - DAYS * DAY;
/** The Thursday before. */
const NORMAL_MS = Date.UTC(2026, 10, 19);
const STORM_MS = FROM_MS + DAYS * DAY * 0.93;

let database: TestDatabase;
let client: pg.Client;
let prisma: PrismaClient;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.poolConfig as pg.ClientConfig);
  await client.connect();
  prisma = createPrisma(database.poolConfig, { info() {}, warn: () => {}, error: console.error });
  await makePastPartitions(client, FROM_MS);
  const organisation = await seedOrganisation(client, { fromMs: FROM_MS, toMs: TO_MS });
  await seedCalls(client, organisation, {
    calls: CALLS,
    fromMs: FROM_MS,
    toMs: TO_MS,
    seed: 3,
    sealer: createEnvelope(randomBytes(32)),
    onProgress: () => {},
  });
  while ((await rollUpCalls(prisma, 100_000)).more);
}, 180_000);
afterAll(async () => {
  await client?.end();
  await prisma?.$disconnect();
  await database?.drop();
});

const at = (nowMs: number): RaiseContext => ({
  prisma,
  now: new Date(nowMs),
  services: { newId: (prefix) => newId(prefix, nowMs, randomBytes(10)) } as ControlServices,
});

describe('recorded traffic, replayed', () => {
  it('of a normal day, looked at every ten minutes, raises nothing', async () => {
    // The numbers of an hour are whole here, so that its last look is the strictest; the others may see too much, never too little.
    for (let looks = 1; looks <= 144; looks++) await watchRound(at(NORMAL_MS + looks * 10 * 60_000 - 1), looks % 3 === 0);
    expect(await prisma.alert.findMany({ select: { kind: true, explanation: true } })).toEqual([]);
    expect(await prisma.agentRestriction.count()).toBe(0);
  });

  it('of an afternoon on which one agent runs in circles says so, once, and ends when it is over', async () => {
    for (let nowMs = STORM_MS - HOUR; nowMs < STORM_MS + 4 * HOUR; nowMs += 5 * 60_000) await watchRound(at(nowMs), false);
    const raised = await prisma.alert.findMany();
    expect(raised.length).toBeGreaterThanOrEqual(1);
    expect(new Set(raised.map(({ kind }) => kind))).toEqual(new Set(['denial_storm']));
    expect(new Set(raised.map(({ agentSlug }) => agentSlug)).size).toBe(1);
    expect(raised.every(({ closedAt }) => closedAt !== null)).toBe(true);
  });

  it('of a call with an argument that its agent never sent says which, once, and of the next one nothing', async () => {
    // The agent and tool with the most calls, of a tool that is worth it.
    const { rows } = await client.query<Pair>(
      `SELECT agent_id, agent_slug, server_id, server_slug, tool, risk FROM audit_events
        WHERE decision = 'allowed' AND risk <> 'low' AND at < $1 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY count(*) DESC LIMIT 1`,
      [new Date(TO_MS)],
    );
    const pair = rows[0] as Pair;
    await appendCall(pair, TO_MS + 60_000, { ...PLAIN, dry_run: true });
    while ((await rollUpCalls(prisma, 100_000)).more);
    for (let minute = 1; minute < 6; minute++) await watchRound(at(TO_MS + minute * 60_000), true);
    const raised = () => prisma.alert.findMany({ where: { kind: 'new_shape' } });
    expect(await raised()).toEqual([
      expect.objectContaining({
        agentSlug: pair.agent_slug,
        tool: pair.tool,
        explanation: expect.stringContaining('an argument that the tool does not declare'),
        action: 'alert',
      }),
    ]);
    await appendCall(pair, TO_MS + 360_000, { ...PLAIN, dry_run: false, other: 1 });
    while ((await rollUpCalls(prisma, 100_000)).more);
    for (let minute = 6; minute < 9; minute++) await watchRound(at(TO_MS + minute * 60_000), true);
    expect(await raised()).toHaveLength(1);
  });

  it('keeps no more shapes of a tool than can say something', async () => {
    const pair: Pair = { agent_id: 'agt_vary', agent_slug: 'vary', server_id: 'srv_v', server_slug: 'v', tool: 'any', risk: 'high' };
    for (const from of [0, SHAPES_MAX - 5, 200]) {
      await appendCalls(
        pair,
        TO_MS + 600_000 + from * 1_000,
        Array.from({ length: 100 }, (_, index) => ({ [`name_${from + index}`]: 1 })),
      );
      while ((await rollUpCalls(prisma, 100_000)).more);
    }
    expect(await prisma.argumentShape.count({ where: { agentId: pair.agent_id } })).toBe(SHAPES_MAX);
    expect(await prisma.argumentShape.count({ where: { agentId: { not: pair.agent_id } } })).toBeGreaterThan(300);
  });
});

interface Pair {
  readonly agent_id: string;
  readonly agent_slug: string;
  readonly server_id: string;
  readonly server_slug: string;
  readonly tool: string;
  readonly risk: string;
}

const PLAIN = { id: 'one' };

const appendCall = (pair: Pair, atMs: number, args: JsonObject): Promise<void> => appendCalls(pair, atMs, [args]);

/** Calls that went on, as a gateway's ledger would have written them at that time. */
async function appendCalls(pair: Pair, atMs: number, calls: readonly JsonObject[]): Promise<void> {
  const chain = await Chain.open(client, 'replay', atMs);
  const key = randomBytes(32);
  for (const [index, args] of calls.entries()) {
    const intent = callIntent({
      agent: { id: pair.agent_id, slug: pair.agent_slug },
      server: { id: pair.server_id, slug: pair.server_slug },
      tool: pair.tool,
      risk: pair.risk as RiskLevel,
      args,
    });
    const id = newEventId(atMs, index, randomBytes(8), 0);
    const finding = {
      decision: intent.decision,
      reason: intent.reason,
      rule: intent.rule,
      message: null,
      charges: [],
      expectsOutcome: false,
    };
    const place = { id, at: new Date(atMs).toISOString(), writer: chain.id, seq: chain.seq + 1 };
    chain.append(eventContent(intent, place, finding, { bytes: 1, hmac: 'h', envelope: null, shape: shapeOf(args, ['id'], key) }));
  }
  for (const { table, columns, lines } of chain.take()) await copyRows(client, table, columns, lines);
  await chain.close(client);
}
