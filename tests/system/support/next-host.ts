import { spawn } from 'node:child_process';
import { freePort, ROOT, type RunningCallgate } from './callgate';

/** A process in which only Next runs, so that the gateway is the app's route. */
export interface NextHost {
  readonly port: number;
  output(): string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/** Starts it beside a running Callgate, on the same database and keys. Needs the console's build. */
export async function startNextHost(beside: RunningCallgate, env: Record<string, string>): Promise<NextHost> {
  const port = await freePort();
  const child = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)], {
    cwd: ROOT,
    env: {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: beside.dataDir,
      CALLGATE_ALLOW_PRIVATE_UPSTREAMS: 'loopback',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const host: NextHost = {
    port,
    output: () => printed.join(''),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(timer);
    },
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    // The first request composes the gateway; any answer says that it stands.
    const answered = await fetch(`http://127.0.0.1:${port}/mcp/none`, { method: 'POST' }).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (answered) return host;
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`Next did not come up:\n${host.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
