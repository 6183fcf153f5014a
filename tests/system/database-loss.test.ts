import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleHolder, holdPostgres, type PostgresHolder, postgresPidsOf } from '../database/setup/postgres-holder';
import { checkTrail } from './support/audited';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, httpServer, provision } from './support/provision';
import { type Sink, startSink } from './support/sink';

// Two seconds are promised for the decision; half a second is for the way there and back on a busy machine.
const REFUSED_WITHIN_MS = 2_500;
const BACK_WITHIN_MS = 20_000;
const SECRET_KEY = randomBytes(32).toString('base64');

describe('without its database', () => {
  let script: string;
  let dataDir: string;
  let url: string;
  let postgres: PostgresHolder;
  let callgate: RunningCallgate;
  let sink: Sink;
  let access: Access;
  let calls = 0;

  beforeAll(async () => {
    script = await bundleHolder();
    dataDir = mkdtempSync(join(tmpdir(), 'cg-pg-'));
    chmodSync(dataDir, 0o755);
    postgres = holdPostgres(script, dataDir);
    url = (await postgres.held).url;
    sink = await startSink();
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: url, CALLGATE_SECRET_KEY: SECRET_KEY } });
    const policy = {
      version: '1',
      default: 'deny',
      tools: { write_record: { limits: [{ counter: 'writes', window: 'day', max: 100_000 }] }, read_record: {} },
    };
    access = await provision(callgate, httpServer('sink', sink.port), policy);
  });
  afterAll(async () => {
    for (const pid of postgresPidsOf(dataDir)) process.kill(pid, 'SIGCONT');
    await callgate?.remove();
    await sink?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(dirname(script), { recursive: true, force: true });
  });

  const write = (tool = 'write_record'): Promise<Answer> => callTool(access, tool, { id: `call-${calls++}` });

  async function expectRefused(): Promise<void> {
    const before = sink.calls().length;
    const timed = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const from = performance.now();
        // Calls that count, calls that do not, and calls that are refused anyway: none of them can be recorded.
        const answer = await write(['write_record', 'read_record', 'delete_record'][n % 3]);
        return { answer, ms: performance.now() - from };
      }),
    );
    for (const { answer, ms } of timed) {
      expect([answer.status, answer.body.error?.code]).toEqual([503, -32010]);
      expect(ms).toBeLessThanOrEqual(REFUSED_WITHIN_MS);
    }
    console.info(
      `refused after ${timed
        .map(({ ms }) => Math.round(ms))
        .sort((a, b) => a - b)
        .join(', ')} ms`,
    );
    expect(sink.calls()).toHaveLength(before);
    expect((await fetch(`${callgate.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${callgate.url}/healthz`)).status).toBe(200);
  }

  async function expectService(): Promise<void> {
    const from = performance.now();
    const answer = await eventually(
      'calls are served again',
      async () => {
        const tried = await write().catch(() => null);
        return tried !== null && outcomeOf(tried) === 'ok' ? tried : null;
      },
      BACK_WITHIN_MS,
    );
    console.info(`served again after ${Math.round(performance.now() - from)} ms`);
    expect(answer.headers.get('x-callgate-event')).toMatch(/^evt_/);
    await eventually('it says that it is ready', async () => (await fetch(`${callgate.url}/readyz`)).status === 200, BACK_WITHIN_MS);
    expect(callgate.child.exitCode).toBeNull();
  }

  it('serves while it is there', expectService);

  it('refuses calls while PostgreSQL is frozen, and serves again when it goes on', async () => {
    const pids = postgresPidsOf(dataDir);
    expect(pids.length).toBeGreaterThan(3);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await expectRefused();
      await expectRefused();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await expectService();
  });

  it('refuses calls while PostgreSQL is stopped, and serves again when it is back', async () => {
    await postgres.stop();
    await expectRefused();
    await expectRefused();
    postgres = holdPostgres(script, dataDir);
    await postgres.held;
    await expectService();
  });

  it('survives kill -9 of PostgreSQL under load, with every call at the sink recorded', async () => {
    const answers: string[] = [];
    let going = true;
    const load = Array.from({ length: 8 }, async () => {
      while (going) answers.push(await write().then(outcomeOf));
    });
    await eventually('there is load', () => answers.length > 40);
    const [postmaster] = postgresPidsOf(dataDir).sort((a, b) => a - b);
    process.kill(postmaster as number, 'SIGKILL');
    const atKill = answers.length;
    await eventually(
      'calls are served after it',
      () => answers.slice(atKill).includes('503') || answers.length > atKill + 200,
      BACK_WITHIN_MS,
    );
    await eventually(
      'and go through',
      () => answers.length > atKill + 50 && answers.slice(-8).every((word) => word === 'ok'),
      BACK_WITHIN_MS,
    );
    going = false;
    await Promise.all(load);
    expect([...new Set(answers)].filter((word) => word !== 'ok' && word !== '503')).toEqual([]);
    await expectService();
    const settled = await eventually(
      'every call has its outcome',
      async () => {
        const trail = await checkTrail({ connectionString: url }, SECRET_KEY, access.grant, sink.calls());
        return trail.unsettled === 0 ? trail : null;
      },
      BACK_WITHIN_MS,
    );
    expect(settled.unaudited).toEqual([]);
    expect(settled.allowed).toBeGreaterThanOrEqual(sink.calls().length);
    expect(settled.allowed).toBeGreaterThan(100);
  });
});
