import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { childrenOf, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { eventually } from './support/eventually';
import { GAUGED, type Gauge, gaugeOf, type Held } from './support/process-gauge';
import { type Access, httpServer, provision, stdioServer } from './support/provision';
import { ENDINGS, type Ending, liveThrough, streamThrough } from './support/raw-session';

const LONG = process.env.CALLGATE_SOAK === '1';
const SESSIONS = LONG ? 1_000 : 60;
/** A grant has 256 sessions at most; once they are there, each that is left makes an older one go. */
const FILLING = 270;
const AT_ONCE = 16;
/** Megabytes: a leak of 12 kB for each session of the long form would be seen. */
const USED_MORE_MAX = LONG ? 12 : 4;
const RSS_MORE_MAX = LONG ? 80 : 60;
const DESCRIPTORS_MORE_MAX = 20;
const FIXTURE = 'tests/fixtures/conformance/matrix-server.mjs';

describe.skipIf(!existsSync('/proc/self/fd'))('sessions that are ended, abandoned and dropped', () => {
  let database: TestDatabase;
  let callgate: RunningCallgate;
  let gauge: Gauge;
  const started: StartedUpstream[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url, ...GAUGED } });
    gauge = await gaugeOf(callgate);
  });
  afterAll(async () => {
    gauge?.close();
    await callgate?.remove();
    await Promise.all(started.map((upstream) => upstream.stop()));
    await database?.drop();
  });

  async function accessOver(transport: string, slug = transport): Promise<Access> {
    const policy = { version: '1', default: 'allow' };
    if (transport === 'stdio') return provision(callgate, stdioServer(transport, [FIXTURE, transport]), policy);
    const upstream = await startServer([FIXTURE, transport]);
    started.push(upstream);
    const path = transport === 'sse' ? '/sse' : '/mcp';
    return provision(callgate, { ...httpServer(slug, upstream.port, path), transport: transport === 'sse' ? 'sse' : 'http' }, policy);
  }

  async function batch(access: Access, count: number, endings: readonly Ending[], live = liveThrough): Promise<void> {
    let next = 0;
    const lives = async (): Promise<void> => {
      while (next < count) {
        next += 1;
        await live(access, endings[next % endings.length] as Ending, `${access.server}-${next}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lives));
  }

  /** What is held once it stays within `most`, or what is held in the end. */
  async function settled(most: Held | null): Promise<Held> {
    let held = await gauge.read();
    const calm = async (): Promise<boolean> => {
      held = await gauge.read();
      return most !== null && held.descriptors <= most.descriptors + DESCRIPTORS_MORE_MAX && held.used <= most.used + USED_MORE_MAX;
    };
    if (most === null) await new Promise((resolve) => setTimeout(resolve, 2_000)).then(calm);
    else await eventually('what is held comes back', calm).catch(() => undefined);
    return held;
  }

  it.each([
    ['http-stateful', 'Streamable HTTP', liveThrough],
    ['sse', 'Streamable HTTP', liveThrough],
    ['stdio', 'Streamable HTTP', liveThrough],
    ['http-stateful', 'HTTP+SSE', streamThrough],
  ] as const)('leave nothing behind over %s, with clients of %s', async (transport, client, live) => {
    const access = await accessOver(transport, live === streamThrough ? 'for-older-clients' : transport);
    const empty = await gauge.read();
    await batch(access, FILLING, ['abandoned', 'dropped in a call'], live);
    await batch(access, SESSIONS, ENDINGS, live);
    const first = await settled(null);
    await batch(access, SESSIONS, ENDINGS, live);
    const second = await settled(first);
    console.info(`${transport} for ${client}, ${SESSIONS} sessions twice: ${JSON.stringify({ empty, first, second })}`);
    expect(second.descriptors).toBeLessThanOrEqual(first.descriptors + DESCRIPTORS_MORE_MAX);
    expect(second.used).toBeLessThanOrEqual(first.used + USED_MORE_MAX);
    expect(second.rss).toBeLessThanOrEqual(first.rss + RSS_MORE_MAX);
    // All sessions share the one child of a stdio server.
    expect(second.children).toBeLessThanOrEqual(empty.children + 1);
  });

  it('leave no child when the gateway stops', async () => {
    const pids = childrenOf(callgate.child.pid, 'matrix-server').map((line) => Number(line.split(/\s+/)[0]));
    expect(pids).toHaveLength(1);
    gauge.close();
    expect(await callgate.stop()).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
