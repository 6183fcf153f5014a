import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { EVERYTHING, fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type NextHost, startNextHost } from './support/next-host';
import { type Access, httpServer, must, provision } from './support/provision';

/** Those that are answered with an error of ours. */
const REFUSED = ['flood', 'flood_stream', 'no_json', 'hang_up', 'bad_status'];
/** JSON-RPC all the same, and no harm to the gateway: passed on as it is. */
const RELAYED = ['wrong_id', 'deep'];
const ENDING = [...REFUSED, ...RELAYED];
/** Those that go on for as long as anybody waits. */
const LASTING = ['drip', 'silent'];
const TIMES = 3;
const ALLOW = { version: '1', default: 'allow' };

describe('a server that does harm by its answers', () => {
  let database: TestDatabase;
  let hostile: StartedUpstream;
  let callgate: RunningCallgate;
  let next: NextHost;
  let good: Access;
  let bad: Access;

  beforeAll(async () => {
    database = await createTestDatabase();
    hostile = await startServer([fixtureFile('hostile-upstream.mjs')]);
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    good = await provision(callgate, { slug: 'good', transport: 'stdio', command: process.execPath, args: [EVERYTHING] }, ALLOW);
    bad = await provision(callgate, httpServer('bad', hostile.port), ALLOW);
    next = await startNextHost(callgate, { DATABASE_URL: database.url, CALLGATE_ALLOW_STDIO: 'true' });
  });
  afterAll(async () => {
    await next?.stop();
    await callgate?.remove();
    await hostile?.stop();
    await database?.drop();
  });

  it.each(['node', 'next'] as const)('is contained on the %s host, and calls of other servers are answered meanwhile', async (host) => {
    const at = (access: Access): Access =>
      host === 'node' ? access : { ...access, url: `http://127.0.0.1:${next.port}/mcp/${access.server}` };
    expect(outcomeOf(await callTool(at(good), 'get-sum', { a: 1, b: 1 }))).toBe('ok');
    const pid = host === 'node' ? (callgate.child.pid ?? null) : null;
    const before = pid === null ? 0 : rssOf(pid);
    const gone = new AbortController();
    const lasting = LASTING.flatMap((tool) =>
      Array.from({ length: TIMES }, () => callTool(at(bad), tool, {}, { signal: gone.signal }).catch(() => null)),
    );
    const harmful = ENDING.flatMap((tool) =>
      Array.from({ length: TIMES }, async () => ({ tool, answer: await callTool(at(bad), tool).catch((error: unknown) => String(error)) })),
    );
    let most = before;
    const sums = Array.from({ length: 60 }, async (_, n) => {
      const answer = await callTool(at(good), 'get-sum', { a: n, b: 1 });
      if (pid !== null) most = Math.max(most, rssOf(pid));
      return { n, text: (answer.body?.result?.content?.[0]?.text as string | undefined) ?? outcomeOf(answer) };
    });
    for (const { n, text } of await Promise.all(sums)) expect(text).toContain(`${n} and 1 is ${n + 1}`);
    for (const { tool, answer } of await Promise.all(harmful)) {
      expect(harmless(answer) || RELAYED.includes(tool), tool).toBe(true);
    }
    // One body at the cap for each call at once, its text and its copy, and nothing that grows with what was sent.
    if (pid !== null) expect(most - before).toBeLessThan(600_000);
    gone.abort();
    await Promise.all(lasting);
    expect(outcomeOf(await callTool(at(good), 'get-sum', { a: 2, b: 2 }))).toBe('ok');
  });

  it('leaves every call in the trail with an outcome', async () => {
    // The two that last are let go of with their session, or when the server has been silent for too long.
    await eventually('outcomes', async () => {
      const { items } = await must<{ items: { tool: string; outcome: string | null }[] }>(
        callgate,
        200,
        'GET',
        '/audit?server=bad&limit=200',
      );
      const ended = items.filter(({ tool }) => ENDING.includes(tool));
      const refused = ended.filter(({ tool }) => REFUSED.includes(tool));
      return (
        ended.length === 2 * TIMES * ENDING.length &&
        ended.every(({ outcome }) => outcome !== null) &&
        refused.every(({ outcome }) => outcome !== 'ok')
      );
    });
  });
});

/** An answer of ours, small, that says that the call failed; or a connection that was broken off. */
function harmless(answer: Answer | string): boolean {
  if (typeof answer === 'string') return true;
  return answer.text.length < 10_000 && (answer.status >= 400 || answer.body?.error !== undefined || answer.body?.result?.isError === true);
}

/** Resident memory in kB. */
function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
