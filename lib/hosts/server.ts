import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseError } from '@/lib/db/database-error';
import { type Env, readEnv } from '@/lib/env/env';
import { EnvError } from '@/lib/env/env-error';
import { announce, type StartMode } from './announce';
import { createClientErrorListener } from './client-error';
import { composeRuntime } from './compose';
import { createLog, type Log } from './log';
import { publicUrlOf } from './own-address';
import { createRequestListener } from './request-listener';
import { holdRuntime } from './runtime';
import type { Runtime } from './runtime-parts';

/** The part of Next's server that is used. */
interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the whole process and returns when it serves; ends it with a sentence and code 1 when it cannot. The port is
 * taken first: a second start on the same port must learn that before it touches the data.
 */
export async function main(options: { readonly mode: StartMode }): Promise<void> {
  // Loaded on demand: nothing of the demo is part of a real start.
  const demo = options.mode === 'demo' ? (await import('./demo/demo-environment')).prepareDemoEnvironment(process.env) : null;
  const env = readEnvOrExit();
  const server = http.createServer({ requireHostHeader: false, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, answerStarting);
  await listenOrExit(server, env);
  const port = (server.address() as AddressInfo).port;
  const log = createLog(env.logLevel, { node: `${hostname()}:${port}` });
  for (const notice of env.notices) log.warn(notice);
  const origin = publicUrlOf(env, port);
  // next-auth reads its address and key from the environment; both follow from ours.
  process.env.NEXTAUTH_URL = origin;
  try {
    const composed = composeRuntime(env, { log, port, kind: options.mode === 'gateway' ? 'gateway' : 'app' });
    holdRuntime(composed);
    const runtime = await composed;
    const next = options.mode === 'gateway' ? null : await startNext(env, port, options.mode === 'dev');
    server.removeListener('request', answerStarting);
    server.on('request', createRequestListener(runtime, { page: next?.getRequestHandler() ?? null, dev: options.mode === 'dev' }));
    server.on('clientError', createClientErrorListener(runtime.gateway));
    stopOnSignals(server, runtime, next, log);
    await announce(runtime, options.mode);
    if (demo) await (await import('./demo/start-demo')).startDemo(runtime, demo, port);
  } catch (error) {
    server.close();
    await endWith(error, log);
  }
}

function readEnvOrExit(): Env {
  try {
    return readEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function answerStarting(_req: http.IncomingMessage, res: http.ServerResponse): void {
  res.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' }).end('Callgate is starting.\n');
}

async function listenOrExit(server: http.Server, env: Env): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(env.port, env.host, resolve);
    });
  } catch (error) {
    process.stderr.write(`${listenProblem(error as NodeJS.ErrnoException, env)}\n`);
    process.exit(1);
  }
  server.on('error', () => undefined);
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: Env): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use, perhaps by a Callgate that runs already. Open it there, stop it, or start this one with another PORT; with the same DATA_DIR it shares the data.`;
  }
  if (error.code === 'EACCES') return `This user may not listen on port ${port}. Use a PORT above 1023.`;
  return `Cannot listen on ${host}:${port}: ${error.message}`;
}

async function startNext(env: Env, port: number, dev: boolean): Promise<NextServer> {
  const dir = path.resolve(process.cwd());
  const require = createRequire(path.join(dir, 'package.json'));
  const next = require('next') as (options: object) => NextServer;
  const server = next({ dev, dir, hostname: env.host, port, quiet: true });
  await server.prepare();
  return server;
}

/**
 * First signal: drain. Second: at once; what was in flight is settled as unknown by the next start. Ctrl-C under npm arrives twice
 * within milliseconds, from the terminal and from npm, and counts once.
 */
function stopOnSignals(server: http.Server, runtime: Runtime, next: NextServer | null, log: Log): void {
  let stoppingSinceMs: number | null = null;
  const stop = (signal: string): void => {
    if (stoppingSinceMs !== null) {
      if (performance.now() - stoppingSinceMs > 1_000) process.exit(1);
      return;
    }
    stoppingSinceMs = performance.now();
    log.info(`Stopping (${signal}): finishing the calls in flight.`);
    void (async () => {
      server.close();
      server.closeIdleConnections();
      await runtime.close();
      server.closeAllConnections();
      await next?.close().catch(() => undefined);
      log.info('Stopped.');
      process.exit(0);
    })();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function endWith(error: unknown, log: Log): Promise<never> {
  const known = error instanceof DatabaseError || error instanceof EnvError;
  log.error(
    known ? error.message : 'Callgate could not start.',
    known ? undefined : { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
  );
  process.exit(1);
}
