// `npm run bench`: decisions per second beside other engines, then what enforcement and durable audit cost, as ratios measured in one run.
// `npm run bench -- decisions` measures the first part only; `npm run bench -- traced` the second one, with a traced gateway beside the others.
//   direct    client -> upstream
//   bare      client -> pass-through in the gateway's own process -> upstream
//   traced    the same with every call traced to a collector (only when asked for)
//   enforced  client -> gateway: token, strict input, policy with one limit, durable admission -> upstream
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEntry, prepare } from './prepare.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const connectionCounts = (process.env.BENCH_CONNECTIONS ?? '1,16,64').split(',').map(Number);
// BENCH_PROFILE=folder keeps a CPU profile of the gateway process there.

const traced = process.argv.includes('traced');
await prepare({ build: false });
if (!traced) await runToEnd(await bundleEntry(path.join(here, 'bench/decisions.ts'), 'bench-decisions.mjs'));
if (process.argv.includes('decisions')) process.exit(0);
const hostBundle = await bundleEntry(path.join(here, 'bench/host.ts'), 'bench-host.mjs');
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'callgate-bench-'));
const children = [];

try {
  const upstream = await start(path.join(here, 'bench/upstream.mjs'));
  const collector = traced ? await start(path.join(here, 'bench/upstream.mjs')) : null;
  const host = await start(hostBundle, {
    BENCH_UPSTREAM: `http://127.0.0.1:${upstream.first.port}/mcp`,
    DATA_DIR: dataDir,
    BENCH_COLLECTOR: collector === null ? '' : `http://127.0.0.1:${collector.first.port}`,
  });
  const load = await start(path.join(here, 'bench/load.mjs'));
  const { token, gatewayUrl, bareUrl, tracedUrl } = host.first;
  const targets = [
    { name: 'direct', url: `http://127.0.0.1:${upstream.first.port}/mcp`, token: null },
    { name: 'bare', url: bareUrl, token: null },
    { name: 'enforced', url: gatewayUrl, token },
    ...(tracedUrl === null ? [] : [{ name: 'traced', url: tracedUrl, token }]),
  ];
  for (const target of targets) await measure(load, host, target, 16, 'echo', 1_500); // warm up
  console.log(`Node ${process.version}, ${os.cpus().length} cores, ${rounds} rounds of ${seconds} s each; medians\n`);
  console.log('connections  path       calls/s  CPU µs/call  p50 ms  p99 ms   (CPU of the gateway process, then with its database)');
  for (const connections of connectionCounts) await compare(load, host, targets, connections, 'echo');
  console.log('results as event streams of 21 messages');
  await compare(load, host, targets, 16, 'stream');
  console.log('results of 1 MB');
  await compare(load, host, targets, 16, 'large');
} finally {
  for (const child of children) child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  rmSync(dataDir, { recursive: true, force: true });
}

async function compare(load, host, targets, connections, tool) {
  const results = new Map(targets.map((target) => [target.name, []]));
  // Rounds interleave the paths, so that a noisy neighbour hits all of them.
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) results.get(target.name).push(await measure(load, host, target, connections, tool, seconds * 1_000));
  }
  const rows = new Map([...results].map(([name, list]) => [name, medianRow(list)]));
  for (const [name, row] of rows) {
    const cpu = name === 'direct' ? '—' : `${row.cpuMicros.toFixed(0)} / ${row.cpuAllMicros.toFixed(0)}`;
    console.log(
      `${String(connections).padStart(11)}  ${name.padEnd(9)}${row.rate.toFixed(0).padStart(9)}  ${cpu.padStart(11)}${row.p50Ms.toFixed(2).padStart(8)}${row.p99Ms.toFixed(2).padStart(8)}`,
    );
  }
  const bare = rows.get('bare');
  const enforced = rows.get('enforced');
  console.log(
    `             enforced against bare: ${(enforced.cpuMicros / bare.cpuMicros).toFixed(2)} times the CPU of the process` +
      ` (${(enforced.cpuAllMicros / bare.cpuAllMicros).toFixed(2)} with the database), ${(enforced.rate / bare.rate).toFixed(2)} times the calls/s;` +
      ` against direct: ${(enforced.rate / rows.get('direct').rate).toFixed(2)} times the calls/s\n`,
  );
  const withTraces = rows.get('traced');
  if (withTraces)
    console.log(
      `             traced against enforced: ${(withTraces.cpuMicros / enforced.cpuMicros).toFixed(2)} times the CPU of the process, ` +
        `${(withTraces.rate / enforced.rate).toFixed(2)} times the calls/s\n`,
    );
}

async function measure(load, host, target, connections, tool, durationMs) {
  const before = await ask(host, { cpu: true });
  const result = await ask(load, { url: target.url, token: target.token, tool, connections, durationMs });
  const after = await ask(host, { cpu: true });
  if (result.errors > 0) throw new Error(`${target.name}: ${result.errors} calls failed: ${result.firstError}`);
  return {
    rate: result.calls / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / result.calls,
    cpuAllMicros: (after.cpuMicros + after.databaseCpuMicros - before.cpuMicros - before.databaseCpuMicros) / result.calls,
  };
}

function medianRow(list) {
  const median = (key) => list.map((row) => row[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  return Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(key)]));
}

function runToEnd(file) {
  return new Promise((resolve, reject) => {
    fork(file, { stdio: 'inherit' }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${path.basename(file)} ended with ${code}`)),
    );
  });
}

async function start(file, env = {}) {
  const execArgv = process.env.BENCH_PROFILE && env.DATA_DIR ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : [];
  const child = fork(file, { execArgv, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  const first = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${path.basename(file)} ended with ${code} before it was ready`)));
  });
  return { child, first };
}

function ask({ child }, message) {
  return new Promise((resolve, reject) => {
    const died = (code) => reject(new Error(`a bench process ended with ${code}`));
    child.once('exit', died);
    child.once('message', (answer) => {
      child.off('exit', died);
      resolve(answer);
    });
    child.send(message);
  });
}
