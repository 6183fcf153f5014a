import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresPidsOf } from '../database/setup/postgres-holder';
import { ROOT, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { startAndEnd } from './support/expect-exit';
import { type Access, httpServer, provision } from './support/provision';
import { type Sink, startSink } from './support/sink';

const NOBODY = { uid: 65_534, gid: 65_534 };
const SLOW_MS = 1_500;
// Five seconds are promised; a busy machine gets twice that, and the figure is printed.
const SECOND_START_WITHIN_MS = 10_000;
const ALLOW = { version: '1', default: 'allow' };

/** Whether another account could start this clone at all: every folder above it lets it through. */
function othersMayRead(folder: string): boolean {
  for (let at = folder; at !== '/'; at = join(at, '..')) if ((statSync(at).mode & 0o005) !== 0o005) return false;
  return true;
}

describe('a process with an embedded database', () => {
  let dataDir: string;
  let callgate: RunningCallgate;
  let sink: Sink;
  let access: Access;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'cg-'));
    chmodSync(dataDir, 0o755);
    sink = await startSink({ SINK_DELAY_MS: String(SLOW_MS) });
    callgate = await startCallgate({ args: ['--gateway'], dataDir });
    access = await provision(callgate, httpServer('sink', sink.port), ALLOW);
  });
  afterAll(async () => {
    await callgate?.remove();
    await sink?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('keeps its port: a second start says so and ends, and the first goes on', async () => {
    const other = mkdtempSync(join(tmpdir(), 'cg-'));
    const { code, output } = await startAndEnd({ PORT: String(callgate.port), DATA_DIR: other });
    rmSync(other, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(output).toContain(`Port ${callgate.port}`);
    expect(output).toMatch(/another PORT/);
    expect(output).not.toContain(' at '); // A sentence, not a stack.
    expect((await fetch(`${callgate.url}/readyz`)).status).toBe(200);
  });

  it('shares its data with a second start on another port, whichever ends first', async () => {
    const second = await startCallgate({ args: ['--gateway'], dataDir });
    const third = await startCallgate({ args: ['--gateway'], dataDir });
    try {
      expect(second.output()).toContain('Joined the database');
      expect(outcomeOf(await callTool({ ...access, url: `${second.url}/mcp/sink` }, 'read_record'))).toBe('ok');
      expect(await second.stop()).toBe(0);
      expect(outcomeOf(await callTool(access, 'read_record'))).toBe('ok');
      expect(await callgate.stop()).toBe(0);
      expect(postgresPidsOf(dataDir).length).toBeGreaterThan(0);
      expect(outcomeOf(await callTool({ ...access, url: `${third.url}/mcp/sink` }, 'read_record'))).toBe('ok');
    } finally {
      await second.stop();
      await third.stop();
      callgate = await callgate.restart();
    }
  });

  it('finishes the calls in flight when it is asked to stop, then ends with 0 and leaves nothing behind', async () => {
    const before = sink.calls().length;
    const running = Promise.all(Array.from({ length: 4 }, (_, n) => callTool(access, 'write_record', { id: `slow-${n}` })));
    await eventually('the calls are at the upstream', () => sink.calls().length === before + 4);
    const stopped = callgate.stop();
    const answers = await running;
    expect(answers.map(outcomeOf)).toEqual(['ok', 'ok', 'ok', 'ok']);
    for (const answer of answers) expect(answer.body.result.content[0].text).toMatch(/^write_record \d+$/);
    expect(await stopped).toBe(0);
    expect(callgate.output()).toContain('Stopped.');
    expect(postgresPidsOf(dataDir)).toEqual([]);
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down');

    callgate = await callgate.restart();
    const events = answers.map((answer) => answer.headers.get('x-callgate-event'));
    const { body } = await callgate.api<{ items: { id: string; outcome: string }[] }>('GET', `/audit?grant=${access.grant}&limit=50`);
    const outcomes = new Map(body.items.map(({ id, outcome }) => [id, outcome]));
    expect(events.map((id) => outcomes.get(id ?? ''))).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('says everything that is wrong with its environment at once, without the values of secrets', async () => {
    const { code, output, ms } = await startAndEnd({
      PORT: 'eighty',
      DATA_DIR: dataDir,
      DATABASE_URL: 'mysql://db',
      PUBLIC_URL: 'https://callgate.example/path',
      CALLGATE_ADMIN_KEY: 'short-secret-key',
      CALLGATE_ADMIN_EMAIL: 'ana@example.com',
      CALLGATE_SECRET_KEY: 'bm90IDMyIGJ5dGVz',
      CALLGATE_ALLOW_STDIO: 'perhaps',
      CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'http://nope',
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe(1);
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'PUBLIC_URL',
      'CALLGATE_ADMIN_KEY',
      'CALLGATE_ADMIN_PASSWORD',
      'CALLGATE_SECRET_KEY',
      'CALLGATE_ALLOW_STDIO',
      'CALLGATE_ALLOW_PRIVATE_UPSTREAMS',
      'LOG_LEVEL',
    ]) {
      expect(output).toContain(name);
    }
    for (const secret of ['short-secret-key', 'bm90IDMyIGJ5dGVz']) expect(output).not.toContain(secret);
    expect(ms).toBeLessThan(30_000);
  });
});

describe('the first start', () => {
  let callgate: RunningCallgate | null = null;
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'cg-'));
    chmodSync(dataDir, 0o755);
  });
  afterEach(async () => {
    await callgate?.remove();
    callgate = null;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('prints a set-up link that makes one administrator, once', async () => {
    callgate = await startCallgate({ dataDir, env: { CALLGATE_ADMIN_EMAIL: '', CALLGATE_ADMIN_PASSWORD: '' } });
    // Address and link are one write, after the process is ready.
    await eventually('it says where it is', () => callgate?.output().includes('Callgate: http') ?? false);
    const links = [...callgate.output().matchAll(/\/setup\?code=(\S+)/g)];
    expect(links).toHaveLength(1);
    const code = decodeURIComponent(links[0]?.[1] as string);
    expect((await fetch(`${callgate.url}/setup?code=${code}`)).status).toBe(200);
    const setUp = (given: string, email: string, password = 'A-lamp-on-the-seventh-shelf') =>
      fetch(`${callgate?.url}/api/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: given, name: 'Ana', email, password }),
      });
    expect((await setUp('wrong-code', 'eve@example.com')).status).toBeGreaterThanOrEqual(400);
    // A refused password leaves the code as it was.
    expect((await setUp(code, 'ana@example.com', 'password')).status).toBe(422);
    const made = await setUp(code, 'ana@example.com');
    expect([made.status, await made.json()]).toEqual([201, expect.objectContaining({ email: 'ana@example.com', role: 'admin' })]);
    expect((await setUp(code, 'eve@example.com')).status).toBeGreaterThanOrEqual(400);
    const { body } = await callgate.api<{ items: { email: string }[] }>('GET', '/members');
    expect(body.items.map(({ email }) => email)).toEqual(['ana@example.com']);

    expect(await callgate.stop()).toBe(0);
    const from = performance.now();
    callgate = await callgate.restart();
    const ms = performance.now() - from;
    console.info(`the second start took ${Math.round(ms)} ms`);
    // Where sources change while the tests run, the time is that of a build.
    if (!callgate.output().includes('preparing') && !callgate.output().includes('Building'))
      expect(ms).toBeLessThan(SECOND_START_WITHIN_MS);
    await eventually('it says where it is', () => callgate?.output().includes('Callgate: http') ?? false);
    expect(callgate.output()).not.toContain('/setup?code=');
  });

  const canBeNobody = process.getuid?.() === 0 && othersMayRead(ROOT);
  it.skipIf(!canBeNobody)(
    'works as a normal user who owns nothing but DATA_DIR (needs root and a clone that others may read)',
    async () => {
      chownSync(dataDir, NOBODY.uid, NOBODY.gid);
      callgate = await startCallgate({ args: ['--gateway'], dataDir, as: NOBODY, env: { HOME: dataDir } });
      expect((await callgate.api('GET', '/servers')).status).toBe(200);
      expect(statSync(join(dataDir, 'secret.key'))).toMatchObject({ uid: NOBODY.uid });
      expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
      for (const pid of postgresPidsOf(dataDir)) expect(statSync(`/proc/${pid}`).uid).toBe(NOBODY.uid);
      expect(await callgate.stop()).toBe(0);
      expect(postgresPidsOf(dataDir)).toEqual([]);
    },
  );
});
