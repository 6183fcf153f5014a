import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const ADMIN_KEY = 'test-management-key-0123456789abcdefghij';
export const ADMIN_EMAIL = 'ana@example.com';
export const ADMIN_PASSWORD = 'correct horse battery staple';

const READY_WITHIN_MS = 120_000;

/** A Callgate process of its own, as `npm start` runs it, with a data folder of its own. */
export interface RunningCallgate {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Everything the process printed so far. */
  output(): string;
  /** Calls the management API; resolves with status and parsed body whatever the status. */
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T; headers: Headers }>;
  /** SIGTERM, and waits; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL to the process alone, as the kernel would. */
  kill(): Promise<void>;
  /** Starts another process on the same data; call after `stop` or `kill`. */
  restart(): Promise<RunningCallgate>;
  /** Stops if need be and deletes the data. */
  remove(): Promise<void>;
}

export interface CallgateOptions {
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly dataDir?: string;
  readonly port?: number;
  /** Resolves as soon as the process answers, ready or not. */
  readonly unready?: boolean;
  /** The account it runs as; this process's own unless told. */
  readonly as?: { readonly uid: number; readonly gid: number };
}

export async function startCallgate(options: CallgateOptions = {}): Promise<RunningCallgate> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'cg-'));
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['scripts/start.mjs', ...(options.args ?? [])], {
    cwd: ROOT,
    ...options.as,
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: dataDir,
      CALLGATE_ADMIN_KEY: ADMIN_KEY,
      CALLGATE_ADMIN_EMAIL: ADMIN_EMAIL,
      CALLGATE_ADMIN_PASSWORD: ADMIN_PASSWORD,
      CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'loopback',
      CALLGATE_ALLOW_STDIO: 'true',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

  const running: RunningCallgate = {
    url,
    port,
    dataDir,
    child,
    output: () => printed.join(''),
    api: (method, apiPath, body) => callApi(url, method, apiPath, body),
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    restart: () => startCallgate({ ...options, dataDir, port }),
    async remove() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await exited;
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await waitUntilReady(running, exited, options.unready ? '/healthz' : '/readyz');
  return running;
}

async function waitUntilReady(running: RunningCallgate, exited: Promise<number | null>, path: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  while (performance.now() < deadline) {
    if (ended) throw new Error(`Callgate ended before it was ready:\n${running.output()}`);
    const ready = await fetch(`${running.url}${path}`).then(
      (answer) => answer.status === 200,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  running.child.kill('SIGKILL');
  throw new Error(`Callgate was not ready in ${READY_WITHIN_MS / 1000} s:\n${running.output()}`);
}

async function callApi<T>(
  url: string,
  method: string,
  apiPath: string,
  body?: unknown,
): Promise<{ status: number; body: T; headers: Headers }> {
  const answer = await fetch(`${url}/api/v1${apiPath}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: answer.headers };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
