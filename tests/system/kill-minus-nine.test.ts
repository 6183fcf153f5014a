import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '@/lib/db/embedded-postgres';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { checkTrail } from './support/audited';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf, tally } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, httpServer, must, provision } from './support/provision';
import { type Sink, startSink } from './support/sink';

const KILLS = process.env.CALLGATE_SOAK === '1' ? 200 : 20;
const KILLS_EMBEDDED = process.env.CALLGATE_SOAK === '1' ? 20 : 2;
const CALLERS = 16;
const SCARCE_MAX = 60;
const SETTLED_WITHIN_MS = 60_000;
const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    write_record: { limits: [{ counter: 'writes', window: 'month', max: 1_000_000 }] },
    delete_record: { limits: [{ counter: 'deletes', window: 'month', max: SCARCE_MAX }] },
  },
};

let sink: Sink;
let ids = 0;
beforeAll(async () => {
  sink = await startSink();
});
afterAll(() => sink?.stop());

/** 16 callers without a pause, until the process is killed under them after `forMs` of answered load. */
async function loadUntilKilled(callgate: RunningCallgate, access: Access, forMs: number): Promise<string[]> {
  const words: string[] = [];
  let going = true;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (going) {
      ids += 1;
      const at = { ...access, url: `${callgate.url}/mcp/${access.server}` };
      words.push(
        await callTool(at, ids % 4 === 0 ? 'delete_record' : 'write_record', { id: `call-${ids}` }).then(outcomeOf, () => 'broken'),
      );
    }
  });
  await eventually('there is load', () => words.includes('ok'));
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await callgate.kill();
  going = false;
  await Promise.all(callers);
  return words;
}

async function killAndRestart(
  started: RunningCallgate,
  access: Access,
  kills: number,
  seedMs: number,
): Promise<{ callgate: RunningCallgate; words: string[] }> {
  let callgate = started;
  const words: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    words.push(...(await loadUntilKilled(callgate, access, seedMs + ((kill * 37) % 150))));
    callgate = await callgate.restart();
  }
  return { callgate, words };
}

/** Every call that the sink saw has a row, every row ends, and the counter is what was admitted. */
async function expectWholeTrail(
  callgate: RunningCallgate,
  connectionString: string,
  secretKey: string,
  access: Access,
  words: string[],
): Promise<void> {
  // What the killed processes left of the scarce limit can still be had, and nothing more.
  await eventually(
    'the scarce limit is used up',
    async () =>
      outcomeOf(await callTool({ ...access, url: `${callgate.url}/mcp/${access.server}` }, 'delete_record', { id: `last-${ids++}` })) ===
      'limited',
  );
  const seen = sink.calls().filter((call) => call.headers['x-run'] === access.server);
  const from = performance.now();
  const trail = await eventually(
    'every recorded call has an outcome',
    async () => {
      const found = await checkTrail({ connectionString }, secretKey, access.grant, seen);
      return found.unsettled === 0 ? found : null;
    },
    SETTLED_WITHIN_MS,
  );
  console.info(
    `${words.length} calls ${JSON.stringify(tally(words))}; at the sink ${seen.length}; recorded ${trail.allowed} ${JSON.stringify(trail.outcomes)}; ` +
      `unaudited ${trail.unaudited.length}; all ended after ${Math.round(performance.now() - from)} ms`,
  );
  expect(seen.length).toBeGreaterThan(50);
  expect(trail.unaudited).toEqual([]);
  expect(trail.allowed).toBeGreaterThanOrEqual(seen.length);
  expect(
    Object.keys(trail.outcomes).filter((outcome) => !['ok', 'unknown', 'cancelled', 'upstream_error', 'not_sent'].includes(outcome)),
  ).toEqual([]);
  // Nobody was told of a success that the sink has not seen.
  expect(words.filter((word) => word === 'ok').length).toBeLessThanOrEqual(seen.length);
  const { items } = await must<{ items: { counter: string; used: number }[] }>(callgate, 200, 'GET', `/limits?server=${access.server}`);
  const used = Object.fromEntries(items.map((item) => [item.counter, item.used]));
  expect(used.writes).toBeGreaterThanOrEqual(seen.filter((call) => call.tool === 'write_record').length);
  expect(used.deletes).toBe(SCARCE_MAX);
  expect(seen.filter((call) => call.tool === 'delete_record').length).toBeLessThanOrEqual(SCARCE_MAX);
  const verified = await must<{ ok: boolean; problems: unknown[] }>(callgate, 200, 'GET', '/audit/verify');
  expect(verified).toMatchObject({ ok: true, problems: [] });
}

describe('kill -9 of the process', () => {
  it(
    `leaves no call without its record, ${KILLS} times under load`,
    async () => {
      const secretKey = randomBytes(32).toString('base64');
      const database: TestDatabase = await createTestDatabase();
      let callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: secretKey } });
      try {
        const access = await provision(callgate, { ...httpServer('separate', sink.port), headers: { 'x-run': 'separate' } }, POLICY);
        const run = await killAndRestart(callgate, access, KILLS, 150);
        callgate = run.callgate;
        await expectWholeTrail(callgate, database.url, secretKey, access, run.words);
      } finally {
        await callgate.remove();
        await database.drop();
      }
    },
    120_000 + KILLS * 15_000,
  );

  it(`leaves none when the embedded database goes with it, ${KILLS_EMBEDDED} times`, async () => {
    const secretKey = randomBytes(32).toString('base64');
    let callgate = await startCallgate({ args: ['--gateway'], env: { CALLGATE_SECRET_KEY: secretKey } });
    try {
      const access = await provision(callgate, { ...httpServer('embedded', sink.port), headers: { 'x-run': 'embedded' } }, POLICY);
      const run = await killAndRestart(callgate, access, KILLS_EMBEDDED, 200);
      callgate = run.callgate;
      const log = { info() {}, warn: console.warn, error: console.error };
      const joined = await startEmbeddedPostgres({ dataDir: callgate.dataDir, log });
      expect(joined.adopted).toBe(true);
      try {
        await expectWholeTrail(callgate, joined.url, secretKey, access, run.words);
      } finally {
        await joined.stop();
      }
    } finally {
      await callgate.remove();
    }
  }, 300_000);
});
