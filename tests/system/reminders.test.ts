import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { eventually } from './support/eventually';
import { grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

describe('people are reminded of what falls due, by two gateway processes on one database', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sink: Sink;
  let receiver: Server;
  let nodes: RunningCallgate[] = [];
  const texts: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ ...database.poolConfig, max: 1 });
    sink = await startSink();
    receiver = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      req.on('end', () => {
        texts.push(JSON.parse(body).text);
        res.end('ok');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    const start = () => startCallgate({ args: ['--gateway'], env });
    const first = await start();
    await register(first, httpServer('sink', sink.port));
    await publish(first, 'sink', 'main', { version: '1', default: 'allow' });
    const due = await grantAccess(first, 'sink', 'main');
    const short = await grantAccess(first, 'sink', 'main');
    await pool.query("UPDATE agents SET review_due = now() - interval '3 days 1 hour' WHERE slug = $1", [due.agent]);
    // A week is left of a grant for two months, and a day of one for two days: the second was meant to be short.
    const left = (grant: string, age: string, rest: string) =>
      pool.query('UPDATE grants SET created_at = now() - $2::interval, expires_at = now() + $3::interval WHERE id = $1', [
        grant,
        age,
        rest,
      ]);
    await left(due.grant, '60 days', '2 days 1 hour');
    await left(short.grant, '1 day', '1 day');
    await must(first, 201, 'POST', '/notification-channels', {
      ...{ kind: 'slack', name: 'Due', url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/due` },
      events: ['review_overdue', 'grant_expiring'],
    });
    await first.stop();
    // Each process looks as soon as it has started.
    nodes = await Promise.all([first.restart(), start()]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.remove()));
    receiver?.closeAllConnections();
    await new Promise((resolve) => receiver?.close(resolve));
    await sink?.stop();
    await pool?.end();
    await database?.drop();
  });

  it('once of an agent whose review is overdue, and once of a long grant that is about to end', async () => {
    await eventually('both are told', () => texts.length >= 2, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(texts).toHaveLength(2);
    expect(texts.filter((text) => text.startsWith('Review overdue: '))).toHaveLength(1);
    expect(texts.find((text) => text.includes('is about to end'))).toMatch(/for sink ends in 2 days\. After that its calls are refused/);
    const { rows } = await pool.query("SELECT event FROM notification_deliveries WHERE status = 'delivered' ORDER BY event");
    expect(rows.map(({ event }) => event)).toEqual(['grant_expiring', 'review_overdue']);
  });
});
