import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { isJsonObject } from '@/lib/kernel/json';
import { failureSentence } from './failure-sentence';
import { maskSecrets, type UpstreamSecrets } from './secret-source';
import type { Wire, WireEvents } from './wire';

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly secrets: UpstreamSecrets;
}

export interface StdioLimits {
  readonly lineBytesMax: number;
  /** Bytes that may wait for a child that does not read its input. */
  readonly waitingBytesMax: number;
  /** From asking the child to end to killing it. */
  readonly killAfterMs: number;
}

const STDERR_BYTES = 8 * 1024;

/**
 * Starts a command that speaks MCP on stdin and stdout: one JSON message a line. Rejects with `UpstreamFailure` (not
 * sent) when it cannot be started.
 */
export async function openStdioWire(command: StdioCommand, events: WireEvents, limits: StdioLimits): Promise<Wire> {
  const child = spawn(command.command, command.args, {
    stdio: 'pipe',
    shell: false,
    windowsHide: true,
    // A group of its own: package runners start the real server as a grandchild, which must end with them.
    detached: process.platform !== 'win32',
    env: { ...inheritedEnvironment(), ...command.secrets.env } as NodeJS.ProcessEnv,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new UpstreamFailure(failureSentence(error), false, { cause: error })));
  });
  return new StdioWire(child, command.secrets, events, limits);
}

/** PATH, because without it neither package runners nor `#!/usr/bin/env` scripts start; nothing else, because the rest of our environment holds our secrets. */
function inheritedEnvironment(): Record<string, string> {
  const names = process.platform === 'win32' ? ['PATH', 'SystemRoot', 'ComSpec', 'PATHEXT'] : ['PATH'];
  const environment: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

class StdioWire implements Wire {
  private partial: Buffer[] = [];
  private partialBytes = 0;
  private stderr = '';
  private waitingBytes = 0;
  private queue: Promise<void> = Promise.resolve();
  private gone = false;
  private endSentence: string | null = null;
  private readonly exited: Promise<void>;

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly secrets: UpstreamSecrets,
    private readonly events: WireEvents,
    private readonly limits: StdioLimits,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.gone = true;
        // What the group left behind (grandchildren) ends with its leader.
        this.kill('SIGKILL');
        // Output written just before the end is still in the pipe; it comes before `closed`.
        const finish = (): void => this.events.closed(this.endSentence ?? exitSentence(code, signal));
        const flushed = setTimeout(finish, 1_000);
        child.once('close', () => {
          clearTimeout(flushed);
          finish();
        });
        resolve();
      });
    });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => this.onOutput(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-STDERR_BYTES);
    });
  }

  send(text: string, sending: () => boolean): Promise<void> {
    const line = `${text}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.waitingBytes + bytes > this.limits.waitingBytesMax)
      return Promise.reject(new UpstreamFailure('The command does not read its input.', false));
    this.waitingBytes += bytes;
    const sent = this.queue
      .then(() => this.write(line, sending))
      .finally(() => {
        this.waitingBytes -= bytes;
      });
    this.queue = sent.catch(() => undefined);
    return sent;
  }

  private async write(line: string, sending: () => boolean): Promise<void> {
    if (this.gone || !this.child.stdin.writable) throw new UpstreamFailure(this.endSentence ?? 'The command has ended.', false);
    if (!sending()) return;
    if (this.child.stdin.write(line)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.child.stdin.off('drain', done).off('close', done);
        resolve();
      };
      this.child.stdin.on('drain', done).on('close', done);
    });
  }

  async close(): Promise<void> {
    this.endSentence ??= 'The command was stopped.';
    if (this.gone) return;
    this.child.stdin.end();
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), this.limits.killAfterMs);
    await this.exited;
    clearTimeout(timer);
  }

  closeNow(): void {
    if (!this.gone) this.kill('SIGKILL');
  }

  diagnostics(): string {
    return maskSecrets(this.stderr, this.secrets).trim();
  }

  private kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    const pid = this.child.pid;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
      else process.kill(-pid, signal);
    } catch {
      // ESRCH: nobody of the group is left, which is what was wanted.
    }
  }

  private onOutput(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10, from); end !== -1; end = chunk.indexOf(10, from)) {
      this.partial.push(chunk.subarray(from, end));
      const line = Buffer.concat(this.partial).toString('utf8').trim();
      this.partial = [];
      this.partialBytes = 0;
      from = end + 1;
      if (line !== '') this.onLine(line);
    }
    if (from === chunk.length) return;
    this.partial.push(chunk.subarray(from));
    this.partialBytes += chunk.length - from;
    if (this.partialBytes <= this.limits.lineBytesMax || this.endSentence !== null) return;
    this.endSentence = `The command wrote a line longer than ${this.limits.lineBytesMax} bytes and was stopped.`;
    this.partial = [];
    this.kill('SIGKILL');
  }

  private onLine(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Not a message: kept with the diagnostics, because servers that log to stdout are a common mistake.
      this.stderr = `${this.stderr}[stdout] ${line.slice(0, 500)}\n`.slice(-STDERR_BYTES);
      return;
    }
    if (isJsonObject(value)) this.events.message(value, line);
    else if (Array.isArray(value)) for (const one of value) if (isJsonObject(one)) this.events.message(one, JSON.stringify(one));
  }
}

function exitSentence(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `The command exited with code ${code ?? 'unknown'}.` : `The command was ended by ${signal}.`;
}
