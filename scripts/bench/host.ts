// The gateway under test with everything real (database, ledger, policy), and a bare pass-through in the same process to compare with.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { openDatabase } from '@/lib/db/open-database';
import { readEnv } from '@/lib/env/env';
import { startCallCountClock } from '@/lib/hosts/call-count-clock';
import { closeAll, composeDataPlane, type DataPlane } from '@/lib/hosts/data-plane';
import { createGatewayHttpListener } from '@/lib/hosts/gateway-http';
import { gatewayTokens } from '@/lib/hosts/gateway-tokens';
import { createLog } from '@/lib/hosts/log';
import { type IdPrefix, newId } from '@/lib/kernel/ids';
import { makeToken } from '@/lib/kernel/token';
import { definitionDigest } from '@/lib/risk/definition-digest';

const LIMITS = { limits: [{ counter: 'calls', window: 'day', max: 1_000_000_000, scope: 'grant' }] };
const POLICY = JSON.stringify({ version: '1', default: 'deny', tools: { echo: LIMITS, stream: LIMITS, large: LIMITS } });
const TOOLS = ['echo', 'stream', 'large'].map((name) => ({
  name,
  description: 'Returns what the bench wants.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
}));

const upstream = new URL(process.env.BENCH_UPSTREAM ?? '');
const env = readEnv({ DATA_DIR: process.env.DATA_DIR, CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'loopback', LOG_LEVEL: 'warn' });
const log = createLog('warn');
const database = await openDatabase(env, log);
const closing: DataPlane['closing'] = [() => database.stop()];
const token = makeToken(randomBytes(64));
await seed();

const gatewayServer = http.createServer({ requireHostHeader: false });
const gatewayPort = await listen(gatewayServer);
const plane = await composeDataPlane(env, log, `http://127.0.0.1:${gatewayPort}`, database, closing, {
  port: gatewayPort,
  kind: 'gateway',
});
// Counting the calls belongs to what a call costs; BENCH_WITHOUT_COUNTS=1 tells how much.
if (process.env.BENCH_WITHOUT_COUNTS !== '1') closing.unshift(startCallCountClock(() => rollUpCalls(database.prisma), log));
gatewayServer.on('request', createGatewayHttpListener(plane.gateway, { trustProxy: false }));
const tracedUrl = process.env.BENCH_COLLECTOR ? await traced(process.env.BENCH_COLLECTOR) : null;
const bareServer = http.createServer(passThrough());
const barePort = await listen(bareServer);

const postmaster = await findPostmaster();
process.send?.({ token, gatewayUrl: `http://127.0.0.1:${gatewayPort}/mcp/bench`, bareUrl: `http://127.0.0.1:${barePort}/mcp`, tracedUrl });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, databaseCpuMicros: databaseCpuMicros(postmaster) });
});
const end = (): void => void closeAll(closing, log).then(() => process.exit(0));
process.on('SIGTERM', end);
process.on('disconnect', end);

/** A second gateway on the same database, whose every call is traced. */
async function traced(endpoint: string): Promise<string> {
  const server = http.createServer({ requireHostHeader: false });
  const port = await listen(server);
  const telemetry = { endpoint, protocol: 'http/protobuf', traces: true, auditLogs: false } as const;
  const node = { port, kind: 'gateway' } as const;
  const beside = await composeDataPlane({ ...env, telemetry }, log, `http://127.0.0.1:${port}`, database, closing, node);
  server.on('request', createGatewayHttpListener(beside.gateway, { trustProxy: false }));
  return `http://127.0.0.1:${port}/mcp/bench`;
}

/** The least a proxy can do: read the body, send it on over a pooled connection, pipe the answer back. */
function passThrough(): http.RequestListener {
  const pool = new Pool(upstream.origin, { connections: 256 });
  return (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      pool.request({ path: upstream.pathname, method: 'POST', headers, body: Buffer.concat(chunks) }).then(
        (answer) => {
          res.writeHead(answer.statusCode, { 'content-type': String(answer.headers['content-type'] ?? '') });
          answer.body.pipe(res);
        },
        () => res.writeHead(502).end(),
      );
    });
  };
}

function listen(server: http.Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function seed(): Promise<void> {
  const id = (prefix: IdPrefix): string => newId(prefix, Date.now(), randomBytes(10));
  const { prisma } = database;
  const [serverId, policyId, agentId, grantId] = [id('srv'), id('pol'), id('agt'), id('grt')];
  await prisma.server.create({
    data: { id: serverId, slug: 'bench', name: 'Bench', transport: 'http', url: upstream.href, revision: '1' },
  });
  await prisma.tool.createMany({
    data: TOOLS.map((definition) => ({
      id: id('tool'),
      serverId,
      name: definition.name,
      description: definition.description,
      definition,
      digest: definitionDigest(definition),
      category: 'read' as const,
      risk: 'low' as const,
      status: 'active' as const,
    })),
  });
  await prisma.policy.create({ data: { id: policyId, serverId, slug: 'bench', name: 'Bench', liveVersion: 1 } });
  await prisma.policyVersion.create({
    data: {
      id: id('pver'),
      policyId,
      version: 1,
      text: POLICY,
      textSha256: '',
      compiled: POLICY,
      compiledSha256: '',
      publishedBy: 'bench',
    },
  });
  await prisma.agent.create({ data: { id: agentId, slug: 'bench', name: 'Bench', owner: 'bench@example.com' } });
  await prisma.grant.create({ data: { id: grantId, agentId, serverId, policyId, createdBy: 'bench' } });
  await prisma.grantToken.create({ data: { id: id('gtok'), grantId, tokenHash: gatewayTokens.hash(token), lastFour: token.slice(-4) } });
}

/** Processor time of our own database's processes, from /proc (Linux; 0 elsewhere). */
function databaseCpuMicros(postmaster: number): number {
  let ticks = 0;
  for (const pid of readdirIfThere('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const fields = statFields(pid);
    if (fields && (Number(pid) === postmaster || Number(fields[1]) === postmaster)) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

async function findPostmaster(): Promise<number> {
  const { rows } = await plane.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return Number(statFields(String(rows[0]?.pid))?.[1] ?? 0);
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The fields of /proc/PID/stat after the name: state, parent, …; null when the process is gone. */
function statFields(pid: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
