import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey } from '@/lib/adapters/postgres/trust/signing-key';
import { verifyAuditCommand } from '@/lib/hosts/verify-audit-command';
import { TAMPER_KINDS, tamper } from '../fixtures/ledger/tampering';
import { createTrail, seededRandom } from '../fixtures/ledger/trail-fixture';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let trail: Awaited<ReturnType<typeof createTrail>>;
let folder: string;
let lines: string[];
const kept = () => ['--checkpoints', join(trail.folder, 'checkpoints.ndjson'), '--public-key', join(trail.folder, 'keys.pem')];

beforeAll(async () => {
  database = await createTestDatabase();
  trail = await createTrail(database, { writers: 2, callsPerWriter: 15, changes: 6 });
  folder = mkdtempSync(join(tmpdir(), 'callgate-evidence-'));
  lines = await exported();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await trail?.end();
  await database?.drop();
});

async function exported(): Promise<string[]> {
  let text = '';
  for await (const piece of trail.trust.evidence('Ada')) text += piece;
  return text.trimEnd().split('\n');
}

async function verify(content: readonly string[] | string, ...more: string[]) {
  const file = join(folder, 'export.ndjson');
  writeFileSync(file, typeof content === 'string' ? content : `${content.join('\n')}\n`);
  const said: string[] = [];
  const code = await verifyAuditCommand(['export.ndjson', ...more], {
    folder,
    print: (line) => said.push(line),
    warn: (line) => said.push(line),
  });
  return { code, said: said.join('\n') };
}

const rowLine = (n: number) => lines.flatMap((line, index) => (line.startsWith('{"kind":"row"') ? [index] : []))[n] as number;

describe('an export of evidence, verified without a database', () => {
  it('holds, alone and beside the kept checkpoints and keys', async () => {
    expect(await verify(lines)).toMatchObject({ code: 0, said: expect.stringContaining('60 rows of 2 writers, 6 changes') });
    const { code, said } = await verify(lines, ...kept());
    expect(said).toContain('The audit trail holds.');
    expect(code).toBe(0);
  });

  it('is still whole beside a file that went on after the export', async () => {
    await trail.pool.query(
      "INSERT INTO admin_changes (id, actor_kind, actor_id, actor_name, action, entity, entity_id) VALUES ('chg_later', 'user', 'u', 'A', 'a', 'b', 'c')",
    );
    await trail.trust.checkpoint('regular');
    expect(await verify(lines, ...kept())).toMatchObject({ code: 0 });
  });

  it.each([
    ['is empty', () => '', 'The file is empty', 2],
    ['is something else', () => '{"hello":1}\n', 'not that of an evidence export', 2],
    ['is the half of it', () => lines.slice(0, Math.floor(lines.length / 2)), 'it was cut, or its download was not finished', 1],
    [
      'ends in the middle of a line',
      () => `${lines.slice(0, 30).join('\n')}\n${lines[30]?.slice(0, 40)}`,
      'line 31 is not a line of an evidence export',
      1,
    ],
    ['has two rows in another order', () => swapped(rowLine(4), rowLine(5)), 'row 5', 1],
    ['has a line twice', () => lines.toSpliced(rowLine(7), 0, lines[rowLine(7)] as string), 'a second row has this sequence', 1],
    ['lacks a line', () => lines.toSpliced(rowLine(9), 1), 'row 10', 1],
    ['tells of another time for the policy', () => withPolicyMs(1), 'row', 1],
    ['tells of no time for the policy', () => withPolicyMs(null), 'row', 1],
    ['goes on behind its end', () => [...lines, lines[rowLine(1)] as string], 'follows the last line', 1],
    ['has parts in another order', () => [lines[0] as string, lines.at(-2) as string, ...lines.slice(1)], 'stands behind the part', 1],
  ])('says so when it %s', async (_name, content, words, code) => {
    const result = await verify(content());
    expect(result.said).toContain(words);
    expect(result.code).toBe(code);
  });

  it('is not taken for that of somebody with another key', async () => {
    const key = join(folder, 'other.pem');
    writeFileSync(key, makeSigningKey().publicKey);
    const result = await verify(lines, '--public-key', key);
    expect(result.said).toContain('nobody here vouches for');
    expect(result.code).toBe(1);
  });

  it('names wrong usage', async () => {
    expect(await verify(lines, '--nonsense')).toMatchObject({ code: 2, said: expect.stringContaining('not known') });
    expect(await verify(lines, '--public-key', 'nowhere.pem')).toMatchObject({
      code: 2,
      said: expect.stringContaining('There is no file'),
    });
    const said: string[] = [];
    expect(await verifyAuditCommand([], { folder, print: () => {}, warn: (line) => said.push(line) })).toBe(2);
    expect(said.join()).toContain('usage:');
  });

  it.each(TAMPER_KINDS)('shows what was done to the database before it was made: %s', async (kind) => {
    for (let place = 0; place < 2; place++) {
      const random = seededRandom(`offline ${kind} ${place}`);
      const client = await trail.pool.connect();
      try {
        // Committed, exported as an attacker's server would, and taken back.
        const before = await dump(client);
        await client.query("SET session_replication_role = 'replica'");
        await client.query("SET TIME ZONE 'UTC'");
        await client.query('BEGIN');
        const done = await tamper(client, kind, random);
        await client.query('COMMIT');
        const { code, said } = await verify(await exported(), ...kept());
        await restore(client, before);
        expect(code, said).toBe(1);
        const first = /^First bad row: .*writer (\S+), row (\d+)(?: \(in doubt from (\d+)\))?/m.exec(said);
        expect(first?.[1], said).toBe(done.writer);
        expect(Number(first?.[3] ?? first?.[2]), said).toBeLessThanOrEqual(done.seq);
        expect(Number(first?.[2]), said).toBeGreaterThanOrEqual(done.seq);
      } finally {
        await client.query("SET session_replication_role = 'origin'");
        client.release();
      }
    }
    expect((await verify(await exported(), ...kept())).code).toBe(0);
  });

  it('carries no secret: arguments stay sealed and keys public', () => {
    const text = lines.join('\n');
    expect(text).not.toContain('"number":"4242"');
    expect(text).not.toContain('PRIVATE KEY');
    expect(readFileSync(join(trail.folder, 'keys.pem'), 'utf8')).not.toContain('PRIVATE');
  });
});

/** The first outcome that says how long the policy took, made to say otherwise. */
function withPolicyMs(ms: number | null): string[] {
  const at = lines.findIndex((line) => /"policy_ms":0\.\d/.test(line));
  return lines.with(at, (lines[at] as string).replace(/"policy_ms":[^,}]+/, `"policy_ms":${ms}`));
}

function swapped(a: number, b: number): string[] {
  const copy = [...lines];
  [copy[a], copy[b]] = [copy[b] as string, copy[a] as string];
  return copy;
}

const TABLES = ['audit_events', 'audit_outcomes', 'writers'] as const;
type Client = Parameters<typeof tamper>[0];

async function dump(client: Client): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const table of TABLES)
    kept[table] = (await client.query(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`)).rows[0].rows;
  return kept;
}

async function restore(client: Client, kept: Record<string, string>): Promise<void> {
  for (const table of TABLES) {
    await client.query(`DELETE FROM ${table}`);
    await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`, [kept[table]]);
  }
}
