import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { fuzzed } from '../fixtures/fuzz/traffic';
import { type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, httpServer, provision } from './support/provision';

const SOAK = process.env.CALLGATE_SOAK === '1';
const FOR_MS = SOAK ? 10 * 60_000 : 8_000;
const WORKERS = 8;
/** An answer has to be there by then; the short form shares its machine with others and only looks for answers that never come. */
const WITHIN_MS = SOAK ? 2_000 : 15_000;
/** Another seed is other traffic; a failure names the seeds that it takes. */
const FIRST_SEED = Number(process.env.CALLGATE_FUZZ_SEED ?? 1);

interface Sent {
  readonly seed: number;
  readonly what: 'answered' | 'left' | 'refused connection' | 'no answer';
  readonly status: number | null;
  readonly ms: number;
  readonly text: string;
}

describe('mutated traffic', () => {
  let database: TestDatabase;
  let upstream: StartedUpstream;
  let callgate: RunningCallgate;
  let access: Access;

  beforeAll(async () => {
    database = await createTestDatabase();
    upstream = await startServer(['tests/fixtures/fuzz/fuzz-upstream.mjs']);
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    access = await provision(callgate, httpServer('fuzz', upstream.port), { version: '1', default: 'allow' });
  });
  afterAll(async () => {
    await callgate?.remove();
    await upstream?.stop();
    await database?.drop();
  });

  it(
    `of both sides for ${FOR_MS / 1000} s: every request has its answer, and the process goes on`,
    async () => {
      const until = performance.now() + FOR_MS;
      const statuses: Record<string, number> = {};
      const wrong: Sent[] = [];
      let slowest: Sent | null = null;
      let next = FIRST_SEED;
      const worker = async (): Promise<void> => {
        while (performance.now() < until && wrong.length < 5 && callgate.child.exitCode === null) {
          const sent = await send(next++);
          const word = sent.status === null ? sent.what : String(sent.status);
          statuses[word] = (statuses[word] ?? 0) + 1;
          if (sent.what === 'no answer' || sent.text.includes('The gateway failed')) wrong.push(sent);
          if (sent.ms > (slowest?.ms ?? 0)) slowest = sent;
        }
      };
      await Promise.all(Array.from({ length: WORKERS }, worker));
      process.stdout.write(`${next - FIRST_SEED} requests: ${JSON.stringify(statuses)}; slowest: ${JSON.stringify(slowest)}\n`);
      expect(wrong).toEqual([]);
      expect(next - FIRST_SEED).toBeGreaterThan(WORKERS);
      expect([callgate.child.exitCode, callgate.child.signalCode]).toEqual([null, null]);
      expect(callgate.output()).not.toMatch(/the gateway failed|unhandled|uncaught/i);
      expect(outcomeOf(await callTool(access, 'plain', { text: 'still here' }))).toBe('ok');
      await eventually('every call that was sent has its outcome', async () => (await unsettled()) === 0);
    },
    FOR_MS + 120_000,
  );

  async function unsettled(): Promise<number> {
    const client = new pg.Client(database.poolConfig as pg.ClientConfig);
    await client.connect();
    try {
      const { rows } = await client.query(
        `SELECT count(*)::int AS n FROM audit_events e
          WHERE e.expects_outcome AND NOT EXISTS (SELECT 1 FROM audit_outcomes o WHERE o.event_at = e.at AND o.event_id = e.id)`,
      );
      return rows[0].n;
    } finally {
      await client.end();
    }
  }

  function send(seed: number): Promise<Sent> {
    const { headers, body, leavesAfter, isFramed } = fuzzed(seed, `127.0.0.1:${callgate.port}`, access.token);
    const began = performance.now();
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let timedOut = false;
      const socket = connect(callgate.port, '127.0.0.1', () => {
        socket.write(Buffer.from(`POST /mcp/fuzz HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1'));
        if (leavesAfter !== null) socket.write(body.subarray(0, leavesAfter), () => socket.destroy());
        else if (isFramed) socket.write(body);
        // The headers promise something else: ending says that nothing more comes.
        else socket.end(body);
      });
      const timer = setTimeout(() => {
        timedOut = true;
        socket.destroy();
      }, WITHIN_MS);
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        if (isWhole(Buffer.concat(chunks).toString('latin1'))) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
        const answered = status !== undefined ? 'answered' : isFramed ? 'no answer' : 'refused connection';
        const what = timedOut ? 'no answer' : leavesAfter === null ? answered : 'left';
        resolve({
          seed,
          what,
          status: status === undefined ? null : Number(status),
          ms: Math.round(performance.now() - began),
          text: text.slice(0, 1_000),
        });
      });
    });
  }
});

/** An answer of which nothing more comes, whether or not its connection stays open. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length - end - 4 >= Number(length);
}
