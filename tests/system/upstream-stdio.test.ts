import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ManagedUpstreams } from '@/lib/adapters/upstream/upstreams';
import type { UpstreamFailure } from '@/lib/gateway/upstream-port';
import type { JsonObject } from '@/lib/kernel/json';
import {
  call,
  childrenOf,
  EVERYTHING,
  FILESYSTEM,
  fixtureFile,
  handshake,
  messagesOf,
  openSession,
  openUpstreams,
  request,
  stdioTarget,
  streamed,
  textOf,
} from '../fixtures/upstreams/harness';

const everything = stdioTarget([EVERYTHING, 'stdio']);
const puppet = stdioTarget([fixtureFile('puppet-upstream.mjs')]);
const opened: ManagedUpstreams[] = [];
const open = (...args: Parameters<typeof openUpstreams>): ManagedUpstreams => {
  const upstreams = openUpstreams(...args);
  opened.push(upstreams);
  return upstreams;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstreams) => upstreams.stopAll()));
  expect(childrenOf(process.pid, 'upstream.mjs')).toEqual([]);
  expect(childrenOf(process.pid, 'server-everything')).toEqual([]);
});

describe('server-everything over stdio', () => {
  it('answers the handshake from the child with the version that the client asked for', async () => {
    const upstreams = open();
    for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
      const result = await handshake(upstreams, everything, openSession(), version);
      expect(result.protocolVersion).toBe(version);
      expect(result.serverInfo).toMatchObject({ name: expect.stringContaining('everything') });
    }
    const unknown = await handshake(upstreams, everything, openSession(), '1999-01-01');
    expect(unknown.protocolVersion).toBe('2025-11-25');
  });

  it('serves 20 sessions and callers without one from one child, and leaves none behind', async () => {
    const upstreams = open();
    const sessions = Array.from({ length: 20 }, () => openSession());
    await Promise.all(sessions.map((session) => handshake(upstreams, everything, session)));
    // The same id in every session: only the renaming keeps the answers apart.
    const replies = await Promise.all(
      [...sessions, null].map(async (session, index) =>
        messagesOf(await upstreams.post(everything, request(call(1, 'echo', { message: `m${index}` }), session))),
      ),
    );
    replies.forEach(([message], index) => {
      expect(message?.id).toBe(1);
      expect(textOf(message)).toContain(`m${index}`);
    });
    expect(childrenOf(process.pid, 'server-everything')).toHaveLength(1);
    expect(upstreams.health(everything.serverId)).toMatchObject({ state: 'ok', connections: 1 });
    for (const session of sessions) expect(await upstreams.end(everything, session)).toBe(200);
    expect(childrenOf(process.pid, 'server-everything')).toHaveLength(1);
    await upstreams.stopAll();
    expect(childrenOf(process.pid, 'server-everything')).toHaveLength(0);
  });

  it('answers as JSON without progress and as a stream with it, each to its own token', async () => {
    const upstreams = open();
    const [one, two] = [openSession(), openSession()];
    const long = (token?: string): JsonObject =>
      call(
        'job',
        'trigger-long-running-operation',
        { duration: 0.6, steps: 3 },
        token === undefined ? undefined : { progressToken: token },
      );
    const [plain, first, second] = await Promise.all([
      upstreams.post(everything, request(call(9, 'echo', { message: 'x' }), one)),
      upstreams.post(everything, request(long('same'), one)),
      upstreams.post(everything, request(long('same'), two)),
    ]);
    expect(plain.contentType).toBe('application/json');
    for (const reply of [first, second]) {
      expect(reply.contentType).toBe('text/event-stream');
      const messages = await messagesOf(reply);
      const progress = messages
        .filter((message) => message.method === 'notifications/progress')
        .map((message) => message.params as JsonObject);
      expect(progress.map(({ progressToken, progress: value }) => [progressToken, value])).toEqual([
        ['same', 1],
        ['same', 2],
        ['same', 3],
      ]);
      expect(messages.at(-1)).toMatchObject({ id: 'job', result: { content: expect.anything() } });
    }
  });

  it('carries a question of the server to the calling client and its answer back', async () => {
    const upstreams = open();
    const session = openSession({ sampling: {} });
    await handshake(upstreams, everything, session);
    const reply = await upstreams.post(everything, request(call(5, 'trigger-sampling-request', { prompt: 'hi', maxTokens: 10 }), session));
    const seen: JsonObject[] = [];
    for await (const message of streamed(reply)) {
      seen.push(message);
      if (message.method !== 'sampling/createMessage') continue;
      const answer = {
        jsonrpc: '2.0',
        id: message.id as string,
        result: { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled words' } },
      };
      // Another session cannot answer for this one.
      await upstreams.post(
        everything,
        request(
          { ...answer, result: { model: 'x', role: 'assistant', content: { type: 'text', text: 'forged' } } },
          openSession({ sampling: {} }),
        ),
      );
      expect((await upstreams.post(everything, request(answer, session))).status).toBe(202);
    }
    expect(JSON.stringify(seen.at(-1))).toContain('sampled words');
    expect(JSON.stringify(seen)).not.toContain('forged');
    expect(childrenOf(process.pid, 'server-everything')).toHaveLength(1);
  });

  it('asks for roots on the stream that a session opens', async () => {
    const upstreams = open();
    const session = openSession({ roots: { listChanged: true } });
    await handshake(upstreams, everything, session);
    const stop = new AbortController();
    const stream = await upstreams.listen(everything, { headers: {}, session, signal: stop.signal });
    expect(stream.contentType).toBe('text/event-stream');
    for await (const message of streamed(stream)) {
      if (message.method !== 'roots/list') continue;
      await upstreams.post(
        everything,
        request({ jsonrpc: '2.0', id: message.id as string, result: { roots: [{ uri: 'file:///srv/data', name: 'data' }] } }, session),
      );
      break;
    }
    stop.abort();
    const messages = await messagesOf(await upstreams.post(everything, request(call(2, 'get-roots-list'), session)));
    expect(textOf(messages.at(-1))).toContain('/srv/data');
  });
});

describe('server-filesystem over stdio', () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'upstream-'));
  beforeAll(() => writeFileSync(join(folder, 'note.txt'), 'written before'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a file in its folder and refuses one outside', async () => {
    const upstreams = open();
    const target = stdioTarget([FILESYSTEM, folder]);
    const session = openSession();
    await handshake(upstreams, target, session);
    const [inside] = await messagesOf(
      await upstreams.post(target, request(call(1, 'read_text_file', { path: join(folder, 'note.txt') }), session)),
    );
    expect(textOf(inside)).toContain('written before');
    const [outside] = await messagesOf(
      await upstreams.post(target, request(call(2, 'read_text_file', { path: '/etc/hostname' }), session)),
    );
    expect(outside).toMatchObject({ result: { isError: true } });
  });
});

describe('the child of a stdio upstream', () => {
  it('gets PATH and what was given, nothing else', async () => {
    process.env.PUPPET_OF_OURS = 'must stay here';
    const upstreams = open({ headers: {}, env: { PUPPET_GIVEN: 'yes' } });
    const [reply] = await messagesOf(await upstreams.post(puppet, request(call(1, 'environment'), null)));
    delete process.env.PUPPET_OF_OURS;
    expect(JSON.parse(textOf(reply))).toEqual(['PATH', 'PUPPET_GIVEN']);
  });

  it('keeps every digit of an answer', async () => {
    const upstreams = open();
    const reply = await upstreams.post(
      puppet,
      request(call('my "id"', 'raw', { text: '{"result":{"n":12345678901234567890,"id":7,"f":1.0},"jsonrpc":"2.0","id":$ID}' }), null),
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of reply.body ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(
      '{"result":{"n":12345678901234567890,"id":7,"f":1.0},"jsonrpc":"2.0","id":"my \\"id\\""}',
    );
  });

  it('dies: calls in flight fail as sent, the next one starts another child, a broken one is not restarted in a loop', async () => {
    const upstreams = open({ headers: {}, env: {} }, { backoffFirstMs: 50, backoffWaitMs: 200 });
    const session = openSession();
    await handshake(upstreams, puppet, session);
    const silent = upstreams.post(puppet, request(call(1, 'silent'), session));
    const exit = upstreams.post(puppet, request(call(2, 'exit', { code: 7 }), session));
    for (const failing of [silent, exit])
      await expect(failing).rejects.toMatchObject({
        name: 'UpstreamFailure',
        sent: true,
        message: expect.stringContaining('exited with code 7'),
      });
    expect(childrenOf(process.pid, 'puppet')).toHaveLength(0);
    const [after] = await messagesOf(await upstreams.post(puppet, request(call(3, 'environment'), session)));
    expect(after?.id).toBe(3);

    const broken = stdioTarget([fixtureFile('puppet-upstream.mjs'), '--refuse']);
    const failures: UpstreamFailure[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1)
      await upstreams.post(broken, request(call(1, 'seen'), null)).catch((error: UpstreamFailure) => failures.push(error));
    expect(failures).toHaveLength(6);
    for (const failure of failures) expect(failure).toMatchObject({ sent: false, message: expect.stringContaining('exited with code 3') });
    expect(failures.at(-1)?.message).toContain('next attempt');
    expect(upstreams.health(broken.serverId)).toMatchObject({ state: 'failing', consecutiveFailures: 6 });
  });

  it('keeps secrets out of what it said last', async () => {
    const upstreams = open({ headers: {}, env: { PUPPET_TOKEN: 'tok_very_secret' } });
    const broken = stdioTarget([fixtureFile('puppet-upstream.mjs'), '--refuse']);
    const failure = await upstreams.post(broken, request(call(1, 'seen'), null)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ diagnostics: 'fatal: TOKEN •••••• is not valid' });
    expect(String((failure as Error).message)).not.toContain('TOKEN');
  });

  it('is ended for a line without end', async () => {
    const upstreams = open({ headers: {}, env: {} }, { stdio: { lineBytesMax: 100_000, waitingBytesMax: 1_000_000, killAfterMs: 2_000 } });
    await expect(upstreams.post(puppet, request(call(1, 'flood', { bytes: 300_000 }), null))).rejects.toMatchObject({
      sent: true,
      message: expect.stringContaining('longer than 100000 bytes'),
    });
    expect(childrenOf(process.pid, 'puppet')).toHaveLength(0);
  });

  it('takes its own children with it', async () => {
    const upstreams = open();
    const [reply] = await messagesOf(await upstreams.post(puppet, request(call(1, 'grandchild'), null)));
    const pid = Number(textOf(reply));
    expect(isAlive(pid)).toBe(true);
    await upstreams.stopAll();
    await expect.poll(() => isAlive(pid), { timeout: 2_000 }).toBe(false);
  });

  it('is told of a cancellation by its own id, and of a caller that leaves', async () => {
    const upstreams = open();
    const session = openSession();
    await handshake(upstreams, puppet, session);
    const other = upstreams.post(puppet, request(call(1, 'silent'), openSession()));
    other.catch(() => undefined);
    const waiting = upstreams.post(puppet, request(call(1, 'silent'), session));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await upstreams.post(
      puppet,
      request({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } }, session),
    );
    expect(await messagesOf(await waiting)).toEqual([]);
    const leaving = new AbortController();
    const left = upstreams.post(puppet, request(call(2, 'silent'), session, leaving.signal));
    setTimeout(() => leaving.abort(), 100);
    await expect(left).rejects.toMatchObject({ sent: true });
    const [reply] = await messagesOf(await upstreams.post(puppet, request(call(3, 'seen'), session)));
    const seen = JSON.parse(textOf(reply)) as JsonObject[];
    const silent = seen
      .filter((message) => message.method === 'tools/call' && (message.params as JsonObject).name === 'silent')
      .map((message) => message.id);
    const cancelled = seen
      .filter((message) => message.method === 'notifications/cancelled')
      .map((message) => (message.params as JsonObject).requestId);
    expect(cancelled).toEqual([silent[1], silent[2]]);
    expect(seen.filter((message) => message.method === 'initialize')).toHaveLength(1);
    expect(seen.filter((message) => message.method === 'notifications/initialized')).toHaveLength(1);
  });

  it('stops when nobody has needed it for a while', async () => {
    const upstreams = open({ headers: {}, env: {} }, { idleStopMs: 200 });
    const session = openSession();
    await handshake(upstreams, puppet, session);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(childrenOf(process.pid, 'puppet')).toHaveLength(1);
    await upstreams.end(puppet, session);
    await expect.poll(() => childrenOf(process.pid, 'puppet').length, { timeout: 3_000 }).toBe(0);
  });

  it('is replaced when the server changes', async () => {
    const upstreams = open({ headers: {}, env: {} }, { idleStopMs: 200 });
    const changed = { ...puppet, revision: '2', args: [...puppet.args, '--changed'] };
    const session = openSession();
    await handshake(upstreams, puppet, session);
    const [reply] = await messagesOf(await upstreams.post(changed, request(call(1, 'environment'), session)));
    expect(reply?.id).toBe(1);
    await expect
      .poll(() => childrenOf(process.pid, 'puppet').map((line) => line.includes('--changed')), { timeout: 5_000 })
      .toEqual([true]);
  });

  it('sends clients of the era without a handshake back to an earlier revision', async () => {
    const upstreams = open();
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const reply = await upstreams.post(puppet, request({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta } }, null));
    expect(reply.status).toBe(400);
    expect(await messagesOf(reply)).toMatchObject([
      { id: 1, error: { code: -32022, data: { requested: '2026-07-28', supported: expect.arrayContaining(['2025-11-25']) } } },
    ]);
    expect(childrenOf(process.pid, 'puppet')).toEqual([]);
  });

  it('is bounded in number', async () => {
    const upstreams = open({ headers: {}, env: {} }, { hostsPerServerMax: 3 });
    for (let index = 0; index < 6; index += 1) await handshake(upstreams, puppet, openSession({ experimental: { variant: { index } } }));
    await expect.poll(() => childrenOf(process.pid, 'puppet').length, { timeout: 5_000 }).toBe(3);
  });

  it('cannot be started: says why, sent nothing', async () => {
    const upstreams = open();
    const missing = stdioTarget([], { command: 'no-such-command-anywhere' });
    await expect(upstreams.post(missing, request(call(1, 'x'), null))).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining('not found'),
    });
  });
});

/** A zombie that its reaper has not collected yet runs nothing any more. */
function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
