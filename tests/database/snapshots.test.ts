import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresSecretSource } from '@/lib/adapters/postgres/secret-source';
import { createPostgresSnapshots, type PostgresSnapshots } from '@/lib/adapters/postgres/snapshots';
import { GrantUsage } from '@/lib/adapters/postgres/usage';
import { serverSecretAad } from '@/lib/domain/sealed-value';
import { connectionHeadersAad } from '@/lib/domain/upstream-auth';
import { createEnvelope } from '@/lib/env/envelope';
import { compilePolicy } from '@/lib/policy/compile';
import { type CapturedLog, captureLog, eventually } from '../fixtures/ledger/ledger-fixture';
import { type StallingProxy, startProxy } from '../fixtures/ledger/stalling-proxy';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

let database: TestDatabase;
let pool: pg.Pool;
let proxy: StallingProxy;
let snapshots: PostgresSnapshots;
let log: CapturedLog;

const ALLOW_READ = '{"version":"1","default":"deny","tools":{"read_file":{}}}';

beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ ...database.poolConfig, max: 3 });
  pool.on('error', () => undefined);
  await pool.query(`
    INSERT INTO users (id, email, name, role, password_hash) VALUES ('usr_1', 'Ada@example.org', 'Ada', 'admin', 'x');
    INSERT INTO servers (id, slug, name, transport, url, revision) VALUES ('srv_1', 'files', 'Files', 'http', 'http://localhost:9/mcp', 'r1');
    INSERT INTO tools (id, server_id, name, definition, digest, category, risk, manual_category, manual_risk, status)
      VALUES ('tool_1', 'srv_1', 'read_file', '{"name":"read_file","inputSchema":{"type":"object"}}', 'd1', 'read', 'low', NULL, NULL, 'active'),
             ('tool_2', 'srv_1', 'write_file', '{"name":"write_file"}', 'd2', 'read', 'low', 'write', 'high', 'quarantined');
    INSERT INTO tools (id, server_id, name, definition, digest, category, risk, status, removed_at) VALUES ('tool_3', 'srv_1', 'gone', '{"name":"gone"}', 'd3', 'read', 'low', 'active', now());
    INSERT INTO policies (id, server_id, slug, name) VALUES ('pol_1', 'srv_1', 'readers', 'Readers'), ('pol_2', 'srv_1', 'drafts', 'Drafts');
    INSERT INTO agents (id, slug, name, owner, labels) VALUES ('agt_1', 'bot', 'Bot', 'ada@EXAMPLE.org', '{"team":"x"}'), ('agt_2', 'stray', 'Stray', 'nobody@example.org', '{}');
    INSERT INTO grants (id, agent_id, server_id, policy_id, scopes, expires_at, created_by) VALUES
      ('grt_1', 'agt_1', 'srv_1', 'pol_1', '["files"]', '2030-01-01T00:00:00.250Z', 'usr_1'), ('grt_2', 'agt_2', 'srv_1', NULL, '[]', NULL, 'usr_1');
    INSERT INTO grant_tokens (id, grant_id, token_hash, last_four, valid_until) VALUES
      ('gtok_1', 'grt_1', 'hash-new', 'abcd', NULL), ('gtok_2', 'grt_1', 'hash-old', 'efgh', '2029-01-01T00:00:00Z'), ('gtok_3', 'grt_2', 'hash-stray', 'ijkl', NULL)`);
  await publish('pol_1', 1, ALLOW_READ);
  proxy = await startProxy(database.poolConfig);
  log = captureLog();
  snapshots = await createPostgresSnapshots({ poolConfig: proxy.poolConfig, compile: (text) => compilePolicy(text, null), log });
});

afterEach(async () => {
  await snapshots.close();
  await proxy.close();
  await pool.end();
  await database.drop();
});

async function publish(policy: string, version: number, text: string): Promise<void> {
  await pool.query(
    `INSERT INTO policy_versions (id, policy_id, version, text, text_sha256, compiled, compiled_sha256, published_by) VALUES ($1, $2, $3, $4, '', '', '', 'usr_1')`,
    [`pver_${policy}_${version}`, policy, version, text],
  );
  await pool.query('UPDATE policies SET live_version = $2 WHERE id = $1', [policy, version]);
}

const liveVersion = () => snapshots.current()?.serverBySlug('files')?.policies.get('pol_1')?.version;

describe('a snapshot', () => {
  it('holds what a decision needs, and nothing that is not live', () => {
    const snapshot = snapshots.current();
    const server = snapshot?.serverBySlug('files');
    expect(server).toBe(snapshot?.serverById('srv_1'));
    expect(server).toMatchObject({
      status: 'active',
      keepArguments: true,
      target: { transport: 'http', url: 'http://localhost:9/mcp', args: [], revision: 'r1' },
    });
    expect([...(server?.catalogue.keys() ?? [])].sort()).toEqual(['read_file', 'write_file']);
    expect(server?.catalogue.get('read_file')).toEqual({
      name: 'read_file',
      category: 'read',
      risk: 'low',
      status: 'active',
      digest: 'd1',
      dispatch: null,
      inputSchema: { type: 'object' },
      outputSchema: null,
    });
    expect(server?.catalogue.get('write_file')).toMatchObject({
      category: 'write',
      risk: 'high',
      status: 'quarantined',
      inputSchema: null,
      outputSchema: null,
    });
    expect([...(server?.policies.keys() ?? [])]).toEqual(['pol_1']);
    expect(server?.policies.get('pol_1')?.compiled.defaultAction).toBe('deny');
  });

  it('knows each token of a grant, and whether the owner is active', async () => {
    const snapshot = snapshots.current();
    expect(snapshot?.grantByTokenHash('hash-new')).toMatchObject({
      id: 'grt_1',
      scopes: ['files'],
      expiresAtMs: Date.parse('2030-01-01T00:00:00.250Z'),
      tokenExpiresAtMs: null,
      agent: { labels: { team: 'x' }, ownerActive: true },
    });
    expect(snapshot?.grantByTokenHash('hash-old')?.tokenExpiresAtMs).toBe(Date.parse('2029-01-01T00:00:00Z'));
    expect(snapshot?.grantByTokenHash('hash-stray')?.agent.ownerActive).toBe(true);
    expect(snapshot?.grantByTokenHash('hash-none')).toBeUndefined();
    await pool.query("UPDATE users SET status = 'disabled'");
    expect(await snapshots.waitForLatest()).toBe(true);
    expect(snapshots.current()?.grantByTokenHash('hash-new')?.agent.ownerActive).toBe(false);
  });

  it('leaves out a published policy that does not compile, and says so', async () => {
    await publish('pol_1', 2, '{"version":"1","default":"deny","tools":{"x":{"no_such_key":1}}}');
    expect(await snapshots.waitForLatest()).toBe(true);
    expect(liveVersion()).toBeUndefined();
    expect(log.lines.filter((line) => line.level === 'error')).toMatchObject([{ facts: { policy: 'readers', version: 2 } }]);
  });

  it('is unchanged while a call uses it', async () => {
    const before = snapshots.current();
    await pool.query("UPDATE grants SET status = 'revoked' WHERE id = 'grt_1'");
    await snapshots.waitForLatest();
    expect(before?.grantByTokenHash('hash-new')?.status).toBe('active');
    expect(snapshots.current()?.grantByTokenHash('hash-new')?.status).toBe('revoked');
  });
});

describe('a change', () => {
  it('is in force well under 500 ms after its commit, on a node that was only told by the database', async () => {
    const times: number[] = [];
    for (let version = 2; version <= 12; version++) {
      await publish('pol_1', version, ALLOW_READ);
      const from = performance.now();
      await eventually('the version is in force', () => liveVersion() === version, 3000);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    expect(times[5]).toBeLessThan(250);
    expect(times.at(-1)).toBeLessThan(1200);
  });

  it('is there when waiting for it has ended', async () => {
    const { rows } = await pool.query(
      "UPDATE grants SET status = 'revoked' WHERE id = 'grt_1' RETURNING (SELECT version::int + 1 FROM config_version) AS version",
    );
    expect(await snapshots.waitForVersion(rows[0].version)).toBe(true);
    expect(snapshots.current()?.grantByTokenHash('hash-new')?.status).toBe('revoked');
    expect(await snapshots.waitForVersion(rows[0].version + 1000, 200)).toBe(false);
  });

  it('carries what a grant is elevated to, until when, and nothing that is over, asked for or ended', async () => {
    const insert = async (id: string, reason: string) =>
      pool.query(
        `INSERT INTO grant_elevations (id, grant_id, policy_id, duration_ms, reason, requested_kind, requested_id, requested_by, expires_at)
         VALUES ($1, 'grt_1', 'pol_1', 60000, $2, 'key', 'key_1', 'a key', now() + interval '1 day')`,
        [id, reason],
      );
    const elevation = () => snapshots.current()?.grantByTokenHash('hash-new')?.elevation;
    await pool.query(
      `INSERT INTO users (id, email, name, role, password_hash) VALUES ('usr_decides', 'decides@example.com', 'D', 'approver', 'x') ON CONFLICT DO NOTHING`,
    );
    await insert('elv_1', 'asked for');
    const { rows } = await pool.query('SELECT version::int AS version FROM config_version');
    expect(await snapshots.waitForLatest()).toBe(true);
    expect([elevation(), snapshots.current()?.version]).toEqual([null, rows[0].version]);
    await pool.query(
      "UPDATE grant_elevations SET status = 'approved', decided_id = 'usr_decides', decided_by = 'D', decided_at = now(), starts_at = now(), until_at = now() + interval '60 seconds' WHERE id = 'elv_1'",
    );
    await eventually('it is in force', () => elevation()?.policyId === 'pol_1', 1000);
    expect((elevation()?.untilMs ?? 0) - snapshots.clock.nowMs()).toBeGreaterThan(50_000);
    await pool.query("UPDATE grant_elevations SET status = 'ended', ended_at = now(), ended_by = 'D' WHERE id = 'elv_1'");
    await eventually('it was ended', () => elevation() === null, 1000);
  });

  it('arrives by the poll when its notification is lost', async () => {
    await pool.query('ALTER TABLE grants DISABLE TRIGGER grants_bump');
    await pool.query("UPDATE grants SET status = 'revoked' WHERE id = 'grt_1'");
    await pool.query('UPDATE config_version SET version = version + 1');
    await eventually('the poll notices', () => snapshots.current()?.grantByTokenHash('hash-new')?.status === 'revoked', 2500);
  });

  it('tells listeners', async () => {
    const versions: number[] = [];
    const stop = snapshots.onChange((snapshot) => versions.push(snapshot.version));
    await publish('pol_1', 2, ALLOW_READ);
    await snapshots.waitForLatest();
    stop();
    expect(versions.at(-1)).toBe(snapshots.current()?.version);
  });
});

describe('the lease', () => {
  it.each(['hangs', 'is gone'])('ends 3 s after the last confirmation when the database %s, and begins again by itself', async (how) => {
    const from = performance.now();
    if (how === 'hangs') proxy.stall('everything');
    else await proxy.cut();
    await eventually('the snapshot is no longer given out', () => snapshots.current() === null, 5000);
    expect(performance.now() - from).toBeLessThan(3300);
    expect(snapshots.ready().ok).toBe(false);
    await publish('pol_1', 2, ALLOW_READ);
    await proxy.resume();
    await eventually('the snapshot is given out again', () => snapshots.current() !== null, 4000);
    expect(liveVersion()).toBe(2);
    expect(snapshots.ready()).toEqual({ ok: true, reasons: [] });
  });
});

describe('the clock', () => {
  it('is the database’s, whatever the clock of this machine says', async () => {
    const real = Date.now;
    Date.now = () => real() - 3_600_000;
    try {
      const { rows } = await pool.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms');
      expect(Math.abs(snapshots.clock.nowMs() - rows[0].ms)).toBeLessThan(100);
    } finally {
      Date.now = real;
    }
  });
});

describe('secrets and use', () => {
  it('opens the secrets of a server, bound to their rows', async () => {
    const envelope = createEnvelope(randomBytes(32));
    const insert = (id: string, kind: 'env' | 'header', name: string, sealed: string) =>
      pool.query(
        "INSERT INTO server_secrets (id, server_id, kind, name, envelope, fingerprint, set_by) VALUES ($1, 'srv_1', $2, $3, $4, 'f', 'usr_1')",
        [id, kind, name, sealed],
      );
    const bearer = envelope.seal('Bearer abc', serverSecretAad('sec_1', 'header', 'authorization'));
    await insert('sec_1', 'header', 'authorization', bearer);
    await insert('sec_2', 'env', 'TOKEN', envelope.seal('xyz', serverSecretAad('sec_2', 'env', 'TOKEN')));
    const source = new PostgresSecretSource(pool, envelope);
    expect(await source.secretsOf('srv_1', null)).toEqual({ headers: { authorization: 'Bearer abc' }, env: { TOKEN: 'xyz' } });
    await insert('sec_3', 'header', 'x-copied', bearer);
    await expect(source.secretsOf('srv_1', null)).rejects.toThrow(/moved here from another row/);
  });

  it('gives an agent its own credential in place of the server’s, by connections of its own', async () => {
    const envelope = createEnvelope(randomBytes(32));
    await pool.query("DELETE FROM server_secrets WHERE server_id = 'srv_1'");
    const [{ id: agent }] = (await pool.query('SELECT id FROM agents ORDER BY id LIMIT 1')).rows;
    await pool.query(
      `INSERT INTO server_secrets (id, server_id, kind, name, envelope, fingerprint, set_by) VALUES ('sec_9', 'srv_1', 'header', 'X-Key', $1, 'f', 'usr_1')`,
      [envelope.seal('server key', serverSecretAad('sec_9', 'header', 'X-Key'))],
    );
    const connect = (id: string, agentId: string | null, kind: string, sealed: string | null) =>
      pool.query(
        `INSERT INTO upstream_connections (id, server_id, agent_id, kind, status, revision, set_by, set_at, envelope)
         VALUES ($1, 'srv_1', $2, $3, 'connected', $1, 'usr_1', now(), $4)`,
        [id, agentId, kind, sealed],
      );
    await connect('con_1', null, 'oauth', null);
    await connect('con_2', agent, 'headers', envelope.seal('{"x-key":"agent key"}', connectionHeadersAad('con_2')));
    const source = new PostgresSecretSource(pool, envelope);
    expect(await source.secretsOf('srv_1', null)).toEqual({
      headers: { 'X-Key': 'server key' },
      env: {},
      connection: { id: 'con_1', revision: 'con_1' },
    });
    expect(await source.secretsOf('srv_1', 'agt_other')).toMatchObject({ connection: { id: 'con_1' } });
    expect(await source.secretsOf('srv_1', agent)).toEqual({ headers: { 'x-key': 'agent key' }, env: {} });
    await pool.query("UPDATE upstream_connections SET envelope = NULL WHERE id = 'con_2'");
    await expect(source.secretsOf('srv_1', agent)).rejects.toThrow('typed again');
    const server = (await snapshots.latest())?.serverById('srv_1');
    expect(server?.target.revision).toContain('con_1');
    expect(server?.target.credentialOf).toBeUndefined();
    expect(server?.agentTargets?.get(agent)).toMatchObject({ credentialOf: agent, revision: expect.stringContaining('con_2') });
    const version = snapshots.current()?.version;
    await pool.query('UPDATE upstream_connections SET token_version = token_version + 1, lease_until = now()');
    await snapshots.latest();
    expect(snapshots.current()?.version).toBe(version);
    await pool.query('DELETE FROM upstream_connections');
    expect((await snapshots.latest())?.serverById('srv_1')?.target.revision).not.toContain('con_1');
  });

  it('notes the use of grants without writing for every call, and never as a change of configuration', async () => {
    const version = snapshots.current()?.version;
    const usage = new GrantUsage(pool, log);
    for (let i = 0; i < 50; i++) usage.recordUsage('grt_1', { name: 'sdk', version: '1' }, '10.0.0.1', 'initialize');
    usage.recordUsage('grt_deleted', null, null, 'ping');
    await usage.flush();
    usage.recordUsage('grt_1', { name: 'sdk', version: '1' }, '10.0.0.9', 'initialize');
    await usage.flush();
    expect((await pool.query('SELECT grant_id, client_name, source_ip FROM grant_usage')).rows).toEqual([
      { grant_id: 'grt_1', client_name: 'sdk', source_ip: '10.0.0.1' },
    ]);
    usage.recordUsage('grt_1', { name: 'other', version: '2' }, '10.0.0.9', 'ping');
    await usage.flush();
    expect((await pool.query('SELECT client_name, source_ip FROM grant_usage')).rows).toEqual([
      { client_name: 'other', source_ip: '10.0.0.9' },
    ]);
    // Getting further is written at once, and keeps what was reached before.
    usage.recordUsage('grt_1', null, '10.0.0.9', 'tools/list');
    await usage.flush();
    const [steps] = (await pool.query('SELECT introduced_at, listed_at, called_at FROM grant_usage')).rows;
    expect(steps).toEqual({ introduced_at: expect.any(Date), listed_at: expect.any(Date), called_at: null });
    expect(await snapshots.waitForLatest()).toBe(true);
    expect(snapshots.current()?.version).toBe(version);
  });
});
