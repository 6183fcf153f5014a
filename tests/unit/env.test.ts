import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnv } from '@/lib/env/env';
import { EnvError } from '@/lib/env/env-error';
import { VARIABLES } from '@/lib/env/variables';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'callgate-env-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const read = (source: Record<string, string>) => readEnv({ DATA_DIR: dataDir, ...source });

function problemsOf(source: Record<string, string>): readonly string[] {
  try {
    read(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError);
    return (error as EnvError).problems;
  }
  throw new Error('expected the environment to be refused');
}

describe('readEnv', () => {
  it('has the documented defaults', () => {
    const env = read({});
    expect(env).toMatchObject({ port: 3000, host: '127.0.0.1', databaseUrl: null, publicUrl: null, admin: null, adminKey: null });
    expect(env).toMatchObject({ allowStdio: false, logLevel: 'info', telemetry: null, singleSignOn: null, notices: [] });
    expect(env.allowedUpstreams).toEqual({ allowPrivate: [], allowLoopback: false });
    expect(env.secretKey).toHaveLength(32);
  });

  it('lists every problem at once, and none of the secrets', () => {
    const problems = problemsOf({
      PORT: '70000',
      DATABASE_URL: 'mysql://x',
      PUBLIC_URL: 'https://a.example/console',
      CALLGATE_SECRET_KEY: 'tooshort-secret',
      CALLGATE_ADMIN_EMAIL: 'nobody',
      CALLGATE_ADMIN_KEY: 'short-admin-key',
      CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'http://x,10.0.0.1:99999',
      CALLGATE_ALLOW_STDIO: 'yes',
      LOG_LEVEL: 'loud',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      AUTH_OIDC_ISSUER: 'https://id.example',
    });
    const text = problems.join('\n');
    const named = ['PORT', 'DATABASE_URL', 'PUBLIC_URL', 'CALLGATE_SECRET_KEY', 'CALLGATE_ADMIN_EMAIL', 'CALLGATE_ADMIN_KEY', 'LOG_LEVEL'];
    for (const name of [...named, 'CALLGATE_ALLOW_STDIO', 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(problems.filter((problem) => problem.startsWith('CALLGATE_ALLOW_PRIVATE_UPSTREAMS'))).toHaveLength(2);
    expect(text).toContain('CALLGATE_ADMIN_PASSWORD must be set too');
    expect(text).toContain('AUTH_OIDC_CLIENT_ID and AUTH_OIDC_CLIENT_SECRET must be set too');
    expect(text).not.toContain('tooshort-secret');
    expect(text).not.toContain('short-admin-key');
  });

  it('takes an empty value for an unset one', () => {
    expect(read({ PORT: '', CALLGATE_ADMIN_KEY: ' ', LOG_LEVEL: '' })).toMatchObject({ port: 3000, adminKey: null, logLevel: 'info' });
  });

  it('reads what is allowed', () => {
    const env = read({
      PORT: '0',
      PUBLIC_URL: 'https://gate.example:8443/',
      CALLGATE_ADMIN_EMAIL: 'a@b.example',
      CALLGATE_ADMIN_PASSWORD: 'correct horse battery',
      CALLGATE_ADMIN_KEY: 'k'.repeat(32),
      CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'loopback, 10.1.2.3:8080',
      CALLGATE_ALLOW_STDIO: 'true',
    });
    expect(env).toMatchObject({ port: 0, publicUrl: 'https://gate.example:8443', adminKey: 'k'.repeat(32), allowStdio: true });
    expect(env.admin).toEqual({ email: 'a@b.example', password: 'correct horse battery' });
    expect(env.allowedUpstreams).toEqual({ allowPrivate: [{ host: '10.1.2.3', port: 8080 }], allowLoopback: true });
    expect(env.notices).toEqual([]);
  });

  it('refuses an admin key of 31 characters and a password of 7', () => {
    expect(problemsOf({ CALLGATE_ADMIN_KEY: 'k'.repeat(31) })).toHaveLength(1);
    expect(problemsOf({ CALLGATE_ADMIN_EMAIL: 'a@b.example', CALLGATE_ADMIN_PASSWORD: '1234567' })).toHaveLength(1);
  });

  it('notices a short password and a misspelt name', () => {
    const { notices } = read({ CALLGATE_ADMIN_EMAIL: 'a@b.example', CALLGATE_ADMIN_PASSWORD: '12345678', CALLGATE_ALOW_STDIO: 'true' });
    expect(notices.join('\n')).toMatch(/CALLGATE_ALOW_STDIO[\s\S]*CALLGATE_ADMIN_PASSWORD is short/);
  });
});

describe('the kept secret key', () => {
  it('is made once, with mode 0600, and read again', () => {
    const first = read({}).secretKey;
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(read({}).secretKey).toEqual(first);
  });

  it('yields to CALLGATE_SECRET_KEY and is not made then', () => {
    const key = Buffer.alloc(32, 7);
    expect(read({ CALLGATE_SECRET_KEY: key.toString('base64') }).secretKey).toEqual(key);
    expect(() => statSync(join(dataDir, 'secret.key'))).toThrow();
  });

  it('is never replaced when it is damaged', () => {
    const file = join(dataDir, 'secret.key');
    writeFileSync(file, 'damaged', { mode: 0o600 });
    expect(problemsOf({})[0]).toContain('does not hold 32 bytes');
    expect(readFileSync(file, 'utf8')).toBe('damaged');
  });

  it('is refused when others may read it', () => {
    read({});
    chmodSync(join(dataDir, 'secret.key'), 0o644);
    expect(problemsOf({})[0]).toContain('chmod 600');
  });

  it('is not made when something else is wrong', () => {
    problemsOf({ PORT: 'x' });
    expect(() => statSync(join(dataDir, 'secret.key'))).toThrow();
  });
});

describe('.env.example', () => {
  const blocks = readFileSync(resolve('.env.example'), 'utf8').trim().split('\n\n').slice(1);

  it('documents each variable, in order, with what it does, its unit and its default', () => {
    const expected = VARIABLES.map(({ name, unit, fallback, about }) => `# ${about}\n# ${unit}\n# ${name}=${fallback ?? ''}`);
    expect(blocks).toEqual(expected);
  });

  it('states the defaults the code has', () => {
    const stated = Object.fromEntries(
      VARIABLES.filter((v) => v.fallback !== null && v.name !== 'DATA_DIR').map((v) => [v.name, v.fallback as string]),
    );
    const { secretKey: _one, ...fromStated } = read(stated);
    const { secretKey: _two, ...fromUnset } = read({});
    expect(fromStated).toEqual(fromUnset);
    expect(VARIABLES.find((v) => v.name === 'DATA_DIR')?.fallback).toBe('./data');
  });
});
