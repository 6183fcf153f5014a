import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import { ADMIN_KEY, ROOT, type RunningCallgate, startCallgate } from './support/callgate';
import { register, stdioServer } from './support/provision';

// The command as a person or a CI job runs it: a process of its own against a running gateway.

const DENY = '{\n  // nothing yet\n  "version": "1",\n  "default": "deny"\n}\n';
const OPEN = '{\n  // reading is fine\n  "version": "1",\n  "default": "deny",\n  "tools": { "echo": {} }\n}\n';

let callgate: RunningCallgate;
let dir: string;

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Run> {
  const child = spawn(process.execPath, ['scripts/callgate.mjs', ...args], {
    cwd: ROOT,
    env: { NODE_ENV: 'production', PATH: process.env.PATH, CALLGATE_URL: callgate.url, CALLGATE_KEY: ADMIN_KEY, ...env },
  });
  child.stdin.end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
const write = (name: string, text: string) => {
  mkdirSync(path.join(dir, path.dirname(name)), { recursive: true });
  writeFileSync(path.join(dir, name), text);
};
const versionOf = async (policy: string) =>
  (await callgate.api<{ live: { version: number } | null; managedBy: string | null }>('GET', `/servers/desk/policies/${policy}`)).body;

beforeAll(async () => {
  callgate = await startCallgate({ args: ['--gateway'] });
  await register(callgate, stdioServer('desk', [EVERYTHING]));
});
afterAll(async () => {
  await callgate?.remove();
});
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'cg-policies-'));
  return () => rmSync(dir, { recursive: true, force: true });
});

describe('policies kept in files', () => {
  it('are shown as a difference, applied, and then the same', async () => {
    write('desk/main.jsonc', DENY);
    const first = await run(['policy', 'diff', '--dir', dir]);
    expect(first.code, first.err).toBe(1);
    expect(first.out).toContain('desk/main: new policy');
    const applied = await run(['policy', 'apply', '--dir', dir, '--comment', 'from the repository']);
    expect(applied.code, applied.err).toBe(0);
    expect(applied.out).toContain('desk/main: published as version 1');
    expect((await run(['policy', 'diff', '--dir', dir])).code).toBe(0);
    const again = await run(['policy', 'apply', '--dir', dir]);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing to do (version 1)')]);

    write('desk/main.jsonc', OPEN);
    const changed = await run(['policy', 'diff', '--dir', dir]);
    expect(changed.code).toBe(1);
    expect(changed.out).toMatch(/opens {3} .*echo/);
    expect(changed.out).toContain('+  "tools": { "echo": {} }');
    const dry = await run(['policy', 'apply', '--dir', dir, '--dry-run']);
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('would be published over version 1')]);
    expect((await versionOf('main')).live?.version).toBe(1);
    expect((await run(['policy', 'apply', '--dir', dir])).code).toBe(0);
    expect((await versionOf('main')).live?.version).toBe(2);
  });

  it('are pulled to the letter', async () => {
    write('desk/pulled.jsonc', OPEN);
    await run(['policy', 'apply', '--dir', dir]);
    rmSync(path.join(dir, 'desk'), { recursive: true });
    const pulled = await run(['policy', 'pull', 'desk/pulled', '--dir', dir]);
    expect(pulled.code, pulled.err).toBe(0);
    expect(readFileSync(path.join(dir, 'desk/pulled.jsonc'), 'utf8')).toBe(OPEN);
    expect((await run(['policy', 'pull', 'desk/pulled', '--dir', dir])).out).toContain('unchanged');
  });

  it('can be marked as kept elsewhere, and are read-only in the console then', async () => {
    write('desk/kept.jsonc', OPEN);
    const marked = await run(['policy', 'apply', '--dir', dir, '--managed-by', 'Git infra/policies']);
    expect(marked.code, marked.err).toBe(0);
    expect((await versionOf('kept')).managedBy).toBe('Git infra/policies');
    write('desk/kept.jsonc', DENY);
    expect((await run(['policy', 'apply', '--dir', dir])).code).toBe(0);
  });

  it('are all checked before one is touched: a mistake names file, line and column and leaves everything as it was', async () => {
    write('desk/a-good.jsonc', OPEN);
    write('desk/b-bad.jsonc', '{\n  "version": "1",\n  "defualt": "deny"\n}\n');
    const refused = await run(['policy', 'apply', '--dir', dir]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/b-bad\.jsonc:3:\d+: error: /);
    expect(refused.err).toContain('Nothing was changed');
    expect((await callgate.api('GET', '/servers/desk/policies/a-good')).status).toBe(404);
  });

  it('do not replace a draft that somebody left in the console unless told to', async () => {
    write('desk/drafted.jsonc', OPEN);
    await run(['policy', 'apply', '--dir', dir]);
    await callgate.api('PUT', '/servers/desk/policies/drafted', { text: DENY.replace('nothing yet', 'half done') });
    write('desk/drafted.jsonc', DENY);
    const refused = await run(['policy', 'apply', '--dir', dir]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('left a draft of desk/drafted')]);
    expect((await run(['policy', 'apply', '--dir', dir, '--replace-drafts'])).code).toBe(0);
  });

  it('wait for a second person where the policy asks for one, with an exit code of its own', async () => {
    write('desk/two-eyes.jsonc', DENY);
    await run(['policy', 'apply', '--dir', dir]);
    await callgate.api('PATCH', '/servers/desk/policies/two-eyes', { secondPerson: 'always' });
    write('desk/two-eyes.jsonc', OPEN);
    const waits = await run(['policy', 'apply', '--dir', dir]);
    expect([waits.code, waits.out]).toEqual([3, expect.stringContaining('waits for a second person')]);
    const again = await run(['policy', 'apply', '--dir', dir]);
    expect(again.code, again.err).toBe(3);
  });

  it('go through standard input and output, one policy at a time', async () => {
    const diff = await run(['policy', 'diff', 'desk/piped', '--file', '-'], {}, DENY);
    expect([diff.code, diff.out]).toEqual([1, expect.stringContaining('desk/piped: new policy')]);
    const applied = await run(['policy', 'apply', 'desk/piped', '--file', '-'], {}, DENY);
    expect(applied.code, applied.err).toBe(0);
    const pulled = await run(['policy', 'pull', 'desk/piped', '--file', '-']);
    expect([pulled.code, pulled.out]).toEqual([0, DENY]);
    expect((await run(['policy', 'diff', 'desk/piped', '--file', '-'], {}, pulled.out)).code).toBe(0);
    expect((await run(['policy', 'apply', 'desk/piped', '--file', '-'], {}, '')).err).toContain('Standard input is empty');
  });

  it.each([
    ['a version that was published', true],
    ['a draft that was saved', false],
  ])('lose to %s in between: it is an error, nothing is overwritten and nothing else goes live', async (_what, published) => {
    const slug = published ? 'raced' : 'raced-draft';
    write(`desk/${slug}.jsonc`, DENY);
    await run(['policy', 'apply', '--dir', dir]);
    const OTHER = DENY.replace('nothing yet', 'somebody else');
    const interfere = async () => {
      await callgate.api('PUT', `/servers/desk/policies/${slug}`, { text: OTHER, baseVersion: 1 });
      if (published) await callgate.api('POST', `/servers/desk/policies/${slug}/publish`, { comment: 'first', expectedVersion: 1 });
    };
    const between = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.method === 'POST' && request.url?.endsWith('/publish')) await interfere();
      const { authorization = '', 'content-type': type = 'application/json', 'if-match': match } = request.headers;
      const answer = await fetch(`${callgate.url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { authorization, 'content-type': type, ...(match ? { 'if-match': match } : {}) },
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = between.address() as AddressInfo;
      write(`desk/${slug}.jsonc`, OPEN);
      const lost = await run(['policy', 'apply', '--dir', dir], { CALLGATE_URL: `http://127.0.0.1:${port}` });
      expect([lost.code, lost.err]).toEqual([2, expect.stringMatching(/\(4(?:09|12) policy\..*Run it again/s)]);
      const { body } = await callgate.api<{ liveText: string; draft: { text: string } | null }>('GET', `/servers/desk/policies/${slug}`);
      expect([body.liveText, body.draft?.text ?? null]).toEqual(published ? [OTHER, null] : [DENY, OTHER]);
    } finally {
      between.close();
    }
  });

  it('kept as YAML are not passed over: the way to convert them is said, and converts them', async () => {
    const file = path.join(dir, 'desk/old.yaml');
    write('desk/old.yaml', 'version: "1"\n# kept\ntools:\n  echo:\n    rules:\n      - name: short\n        rate_limit: 5/minute\n');
    const refused = await run(['policy', 'apply', '--dir', dir]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('policy convert')]);
    const converted = await run(['policy', 'convert', file, '--server', 'desk']);
    expect(converted.err).toContain('read as Intercept YAML');
    expect(converted.err).toContain('Left out, it means allow in Intercept');
    expect([converted.code, converted.out]).toEqual([0, expect.stringContaining('// kept')]);
    const applied = await run(['policy', 'apply', 'desk/old', '--file', '-'], {}, converted.out);
    expect(applied.code, applied.err).toBe(0);
    const broken = await run(['policy', 'convert', '-'], {}, 'tools: [unclosed');
    expect([broken.code, broken.out, broken.err]).toEqual([
      2,
      '',
      expect.stringMatching(/<stdin>:1:\d+: error: .*\n.*nothing was made of it/s),
    ]);
  });

  it('run their tests', async () => {
    const withTest = (expected: string) =>
      OPEN.replace(/\n\}\n$/, `,\n  "tests": [{ "name": "echo stays open", "tool": "echo", "expect": "${expected}" }]\n}\n`);
    write('desk/tested.jsonc', withTest('allowed'));
    const passed = await run(['policy', 'test', '--dir', dir]);
    expect([passed.code, passed.out]).toEqual([0, expect.stringContaining('1 passed, 0 failed')]);
    write('desk/tested.jsonc', withTest('denied'));
    const failed = await run(['policy', 'test', 'desk/tested', '--file', path.join(dir, 'desk/tested.jsonc')]);
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('test fails: echo stays open')]);
    expect((await run(['policy', 'apply', '--dir', dir])).code).toBe(1);
  });
});

describe('the command line', () => {
  it('prints JSON for scripts', async () => {
    const { code, out } = await run(['server', 'list', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ servers: [{ slug: 'desk', transport: 'stdio' }] });
  });

  it('says what went wrong and what to do, with exit code 2 and nothing on standard output', async () => {
    const cases: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
      [['policy', 'sync'], {}, /no command `policy sync`.*Known: policy pull/],
      [['policy', 'diff', 'desk', '--file', 'x.jsonc'], {}, /say which policy it is: SERVER\/POLICY/],
      [['policy', 'convert'], {}, /takes one file/],
      [['policy', 'pull', 'desk/nothing', '--file', '-'], {}, /nothing/],
      [['policy', 'diff', '--force'], {}, /has no option --force/],
      [['policy', 'diff', '--dir'], {}, /--dir needs a value/],
      [['policy', 'diff', '--dir', path.join(dir, 'none')], {}, /There is no folder .*policy pull/],
      [['server', 'list'], { CALLGATE_KEY: '' }, /no management key. Set CALLGATE_KEY/],
      [['server', 'list'], { CALLGATE_KEY: 'wrong-key-0123456789abcdefghijklmnop' }, /does not know this management key/],
      [['server', 'list'], { CALLGATE_URL: 'http://127.0.0.1:9' }, /Nothing answers at/],
      [['server', 'list'], { CALLGATE_URL: 'not an address' }, /is no address/],
    ];
    for (const [args, env, words] of cases) {
      const { code, out, err } = await run(args, env);
      expect([code, out, err]).toEqual([2, '', expect.stringMatching(words)]);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });

  it('helps without a key', async () => {
    const { code, out } = await run(['--help'], { CALLGATE_KEY: '' });
    expect([code, out]).toEqual([0, expect.stringContaining('policy apply')]);
    expect(existsSync(path.join(ROOT, 'policies'))).toBe(false);
  });
});
