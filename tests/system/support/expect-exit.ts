import { spawn } from 'node:child_process';
import { ROOT } from './callgate';

const ENDS_WITHIN_MS = 60_000;

/** Starts Callgate with this environment alone and resolves with what it printed and its exit code; fails when it goes on. */
export async function startAndEnd(
  env: Record<string, string>,
  args: readonly string[] = ['--gateway'],
): Promise<{ code: number | null; output: string; ms: number }> {
  const from = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: ROOT,
    env: { NODE_ENV: 'production', PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, output: printed.join(''), ms: performance.now() - from };
}
