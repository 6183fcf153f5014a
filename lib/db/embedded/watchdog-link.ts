import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseError } from '@/lib/db/database-error';
import { projectRoot } from '@/lib/db/project-root';
import type { PostgresLayout } from './layout';

/**
 * A held connection to the watchdog (scripts/postgres-watchdog.mjs). While any process holds one, the server runs; the kernel closes it
 * with the process, however that ends.
 */
export interface WatchdogLink {
  /** Gives the server up; resolves when it was stopped, or at once when other processes still use it. */
  leave(): Promise<'stopped' | 'kept'>;
  /** Called once when the watchdog or the server ends without leave(). */
  onLost(listener: () => void): void;
}

/**
 * Joins the running watchdog. Returns 'none' when there is none, and 'closing' when it is just stopping the server.
 */
export async function joinWatchdog(layout: PostgresLayout): Promise<WatchdogLink | 'none' | 'closing'> {
  const socket = connect(layout.watchdogSocket);
  const connected = await new Promise<boolean>((done) => {
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
  if (!connected) return 'none';
  socket.on('error', () => {}); // Followed by close, which is what counts.
  const words = wordsOf(socket);
  const word = await words.next();
  if (word === 'closing') {
    if (!socket.closed) await once(socket, 'close');
    return 'closing';
  }
  return word === 'welcome' ? linkOver(socket, words) : 'none';
}

/**
 * Starts a watchdog in a session of its own and returns once it listens. The returned function drops the pipe by which it watches this process
 * until it has joined over the socket. Throws DatabaseError when it does not come up.
 */
export async function startWatchdog(layout: PostgresLayout): Promise<() => void> {
  rmSync(layout.watchdogSocket, { force: true });
  const script = join(projectRoot(), 'scripts/postgres-watchdog.mjs');
  const child = spawn(process.execPath, ['--max-old-space-size=32', script, layout.watchdogSocket, layout.clusterDir], {
    cwd: layout.baseDir,
    detached: true,
    // Not the whole environment: it holds secrets, and this process needs none.
    env: { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH } as unknown as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const listening = await new Promise<boolean>((done) => {
    child.stdout.once('data', () => done(true));
    child.once('exit', () => done(false));
    child.once('error', () => done(false));
  });
  if (!listening)
    throw new DatabaseError(`The database's watchdog (${script}) did not start. Check that ${layout.socketDir} can be written.`);
  child.stdout.destroy();
  child.unref();
  return () => child.stdin.destroy();
}

interface Words {
  /** The next line, or null when the connection closed. */
  next(): Promise<string | null>;
}

function linkOver(socket: Socket, words: Words): WatchdogLink {
  let leaving = false;
  let lost = false;
  let listener: (() => void) | null = null;
  socket.once('close', () => {
    lost = !leaving;
    if (lost) listener?.();
  });
  // The link must not keep a process alive that has nothing else to do.
  socket.unref();
  return {
    async leave() {
      leaving = true;
      if (socket.closed) return 'stopped';
      socket.ref();
      socket.write('leave\n');
      const word = await words.next();
      socket.destroy();
      return word === 'kept' ? 'kept' : 'stopped';
    },
    onLost(next) {
      listener = next;
      if (lost) next();
    },
  };
}

function wordsOf(socket: Socket): Words {
  const lines: string[] = [];
  const waiting: ((word: string | null) => void)[] = [];
  let rest = '';
  let closed = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const next = waiting.shift();
      if (next) next(part);
      else lines.push(part);
    }
  });
  socket.on('close', () => {
    closed = true;
    for (const next of waiting.splice(0)) next(null);
  });
  return { next: async () => lines.shift() ?? (closed ? null : new Promise((done) => waiting.push(done))) };
}
