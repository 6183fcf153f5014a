import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PoolConfig } from 'pg';
import { projectRoot } from '@/lib/db/project-root';
import type { ObservedUse } from '@/lib/policy/simulate/observed-use';
import type { CallsRange } from './read-observed-use';

/** What a worker is told; over the channel, so that no secret shows in a process list or an environment. */
export interface WorkerOrder {
  readonly poolConfig: PoolConfig;
  /** Base64. */
  readonly secretKey: string;
  readonly task: { readonly kind: 'simulate'; readonly id: string } | { readonly kind: 'observe'; readonly range: CallsRange };
}

export interface WorkerAnswer {
  readonly observed?: ObservedUse;
  readonly error?: string;
}

export interface RunningWorker {
  /** Resolves with the answer; rejects when the process ends without one. */
  readonly answer: Promise<WorkerAnswer>;
  kill(): void;
}

/** The bundle that `scripts/prepare.mjs` makes; null where the product was started without it (a plain `next start`). */
export function workerFile(): string | null {
  const file = join(projectRoot(), '.build/simulation-worker.mjs');
  return existsSync(file) ? file : null;
}

export function startWorker(file: string, order: WorkerOrder): RunningWorker {
  const child = fork(file, [], {
    // A fresh process needs neither our inspector port nor our flags; short-lived objects by the million want a larger nursery.
    execArgv: ['--max-semi-space-size=32', '--max-old-space-size=768'],
    env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A session of its own, which can then be weighed less as a whole. It still ends with this process: their channel closes.
    detached: true,
  });
  const answer = answerOf(child);
  child.send(order);
  return { answer, kill: () => void child.kill('SIGKILL') };
}

function answerOf(child: ChildProcess): Promise<WorkerAnswer> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as WorkerAnswer));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the worker ended with ${signal ?? code}${lastLine(complaint)}`)));
  });
}

function lastLine(text: string): string {
  const line = text
    .trim()
    .split('\n')
    .findLast((one) => /error/i.test(one));
  return line === undefined ? '' : `: ${line.trim().slice(0, 200)}`;
}
