import pg from 'pg';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { openDatabase } from '@/lib/db/open-database';
import { readEnv } from '@/lib/env/env';
import { createEnvelope } from '@/lib/env/envelope';
import { makePastPartitions } from './partitions';
import { seedCalls } from './seed-calls';
import { seedOrganisation } from './seed-organisation';

const argument = (name: string): string | undefined => {
  const at = process.argv.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  return process.argv[at]?.split('=')[1] ?? process.argv[at + 1];
};
const number = (name: string, fallback: number): number => {
  const text = argument(name);
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a whole number above 0, not ${text}.`);
  return value;
};
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const calls = number('calls', 200_000);
const days = number('days', 90);
const seed = number('seed', 1);
const env = readEnv(process.env);
const database = await openDatabase(env, { info: say, warn: say, error: say });
// Past partitions and bulk loading are for the owner; the running product may only add rows.
const client = new pg.Client(database.ownerConfig);
await client.connect();
try {
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  const foreign = await client.query(
    `SELECT 1 FROM audit_events e JOIN writers w ON w.id = e.writer WHERE w.node NOT LIKE 'seed%' LIMIT 1`,
  );
  if (foreign.rowCount !== 0 && !process.argv.includes('--force'))
    throw new Error('This database has calls of a real gateway, and seeded calls cannot be taken out again. Add --force to mix them in.');
  const { rows } = await client.query<{ now_ms: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms');
  const toMs = Math.floor(rows[0]?.now_ms ?? Date.now());
  const fromMs = toMs - days * 86_400_000;
  await makePastPartitions(client, fromMs);
  const organisation = await seedOrganisation(client, { fromMs, toMs });
  say(`Made ${organisation.servers.length} servers, ${organisation.tools} tools and ${organisation.agents} agents.`);
  await seedCalls(client, organisation, {
    calls,
    fromMs,
    toMs,
    seed,
    sealer: createEnvelope(env.secretKey),
    onProgress: (done) => {
      if (done % 500_000 === 0) say(`${done} calls after ${seconds()} s`);
    },
  });
  say(`Wrote ${calls} calls over ${days} days in ${seconds()} s. Counting them …`);
  await client.query('ANALYZE audit_events, audit_outcomes, writers');
  while ((await rollUpCalls(database.prisma, 100_000)).more);
  await client.query('VACUUM ANALYZE call_profiles, call_counts_5m, call_counts_hour, call_counts_day, call_latencies');
  say(`Done after ${seconds()} s.`);
} catch (error) {
  process.stderr.write(`seed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await client.end();
  await database.stop();
}
