import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RaiseContext } from '@/lib/control/alerts/raise-finding';
import { watchRound } from '@/lib/control/alerts/watch-round';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import type { ControlServices } from '@/lib/control/services';
import type { PrismaClient } from '@/lib/db/generated/client';
import { createPrisma } from '@/lib/db/prisma';
import { createEnvelope } from '@/lib/env/envelope';
import { newId } from '@/lib/kernel/ids';
import { makePastPartitions } from '../../scripts/seed/partitions';
import { seedCalls } from '../../scripts/seed/seed-calls';
import { seedOrganisation } from '../../scripts/seed/seed-organisation';
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
});
