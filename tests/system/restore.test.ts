import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, httpServer, must, provision } from './support/provision';
import { type Sink, startSink } from './support/sink';

const SECRET = 'canary-restored-secret-0451';
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { read_record: {}, write_record: { limits: [{ counter: 'writes', max: 3, window: '365d' }] } },
};

interface Verified {
  readonly ok: boolean;
  readonly events: number;
  readonly changes: number;
  readonly fileLines: number | null;
  readonly problems: readonly unknown[];
}

/** With owners and modes: the database belongs to the account that runs it. */
const copy = (from: string, to: string): unknown => execFileSync('cp', ['-a', from, to]);

describe('a backup of DATA_DIR, taken while the process is stopped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cg-backup-'));
  const running: RunningCallgate[] = [];
  let sink: Sink;
  let access: Access;
  let events: string[];

  /** What was restored starts from a folder of its own; nothing of the first one is left. */
  async function restore(name: string, prepare: (dataDir: string) => void = () => {}, unready = false): Promise<RunningCallgate> {
    const dataDir = join(folder, name);
    copy(join(folder, 'backup'), dataDir);
    prepare(dataDir);
    const callgate = await startCallgate({ args: ['--gateway'], dataDir, unready });
    running.push(callgate);
    return callgate;
  }
  const at = (callgate: RunningCallgate): Access => ({ ...access, url: `${callgate.url}/mcp/sink` });

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    sink = await startSink();
    const callgate = await startCallgate({ args: ['--gateway'] });
    running.push(callgate);
    access = await provision(callgate, { ...httpServer('sink', sink.port), headers: { 'x-api-key': SECRET } }, POLICY);
    events = [];
    for (const tool of ['read_record', 'write_record', 'write_record']) {
      const answer = await callTool(access, tool, { id: `${tool}-1` });
      expect(outcomeOf(answer), answer.text).toBe('ok');
      events.push(answer.headers.get('x-callgate-event') as string);
    }
    expect(await callgate.stop()).toBe(0);
    copy(callgate.dataDir, join(folder, 'backup'));
    await callgate.remove();
  });
  afterAll(async () => {
    for (const callgate of running) await callgate.remove();
    await sink?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts elsewhere with its trail, tokens, secrets and counters as they were', async () => {
    const callgate = await restore('restored');
    const verified = await must<Verified>(callgate, 200, 'GET', '/audit/verify');
    expect(verified.problems).toEqual([]);
    expect(verified).toMatchObject({ ok: true, events: 6 });
    expect(verified.changes).toBeGreaterThan(3);
    expect(verified.fileLines).toBeGreaterThan(0);

    const before = sink.calls().length;
    expect(outcomeOf(await callTool(at(callgate), 'read_record', { id: 'again' }))).toBe('ok');
    expect(sink.calls().slice(before)).toMatchObject([{ tool: 'read_record', headers: { 'x-api-key': SECRET } }]);
    // Two of three were used before the backup.
    expect(outcomeOf(await callTool(at(callgate), 'write_record', { id: '3' }))).toBe('ok');
    expect(outcomeOf(await callTool(at(callgate), 'write_record', { id: '4' }))).toBe('limited');
    const event = await must<{ arguments: { shown: boolean } }>(callgate, 200, 'GET', `/audit/${events[0]}`);
    expect(event.arguments).toMatchObject({ shown: true, value: { id: 'read_record-1' } });
    expect(await must<Verified>(callgate, 200, 'GET', '/audit/verify')).toMatchObject({ ok: true });
  });

  it('with another secret key says so, verifies still, opens no secret and sends nothing without one', async () => {
    const otherKey = (dataDir: string) =>
      writeFileSync(join(dataDir, 'secret.key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const callgate = await restore('wrong-key', otherKey, true);
    await eventually('it says what is wrong', async () =>
      (await (await fetch(`${callgate.url}/readyz`)).text()).includes('another CALLGATE_SECRET_KEY'),
    );
    expect((await fetch(`${callgate.url}/readyz`)).status).toBe(503);
    const before = sink.calls().length;
    const refused = await callTool(at(callgate), 'read_record', { id: 'refused' });
    expect(outcomeOf(refused), refused.text).not.toBe('ok');
    expect(sink.calls()).toHaveLength(before);
    expect(callgate.output()).not.toContain(SECRET);
    const event = await must<{ arguments: { shown: boolean; why: string } }>(callgate, 200, 'GET', `/audit/${events[0]}`);
    expect(event.arguments.shown).toBe(false);
    expect(await must<Verified>(callgate, 200, 'GET', '/audit/verify')).toMatchObject({ ok: true, problems: [] });
  });

  it('without the folder of its checkpoints loses only the proof outside of the database', async () => {
    const callgate = await restore('no-file', (dataDir) => rmSync(join(dataDir, 'audit-checkpoints.ndjson')));
    expect(await must<Verified>(callgate, 200, 'GET', '/audit/verify')).toMatchObject({ ok: true, problems: [] });
  });
});
