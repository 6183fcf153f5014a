// Stops the embedded PostgreSQL when nobody uses it any more, however its users ended. `kill -9` leaves a process no chance to stop its
// database, but the kernel closes its connections: every Callgate process holds one to this process, and the one that started it also a pipe.
// usage: node postgres-watchdog.mjs <unix socket to listen on> <cluster folder>
// Protocol, lines: on connect `welcome` or `closing`; `leave` is answered by `kept` or, once the server has ended, `stopped`.

import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const [, , socketPath, clusterDir] = process.argv;
const FAST_SHUTDOWN_WITHIN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_WITHIN_MS = 10_000;
const FIRST_PID_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 1_000;

const users = new Set();
let starterIsThere = true;
let closing = false;
let seen = false;
let emptySince = null;

const server = createServer((socket) => {
  socket.on('error', () => {}); // Followed by close.
  if (closing) return void socket.end('closing\n');
  users.add(socket);
  seen = true; // Nobody joins before the server answers.
  socket.setEncoding('utf8');
  socket.on('data', (text) => text.includes('leave') && leave(socket));
  socket.on('close', () => {
    users.delete(socket);
    stopWhenUnused([]);
  });
  socket.write('welcome\n');
});

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
process.stdin.on('error', starterGone).on('end', starterGone).on('close', starterGone).resume();
server.listen(socketPath, () => process.stdout.write('listening\n'));
process.stdout.on('error', () => {});
setInterval(look, LOOK_EVERY_MS);

function starterGone() {
  if (!starterIsThere) return;
  starterIsThere = false;
  stopWhenUnused([]);
}

function leave(socket) {
  users.delete(socket);
  if (users.size > 0 || starterIsThere) return void socket.write('kept\n');
  stopWhenUnused([socket]);
}

function stopWhenUnused(waiting) {
  if (users.size > 0 || starterIsThere || closing) return;
  closing = true;
  void stop().then(() => end(waiting));
}

async function stop() {
  const deadline = Date.now() + FIRST_PID_WITHIN_MS;
  // The starter may have died between starting the server and its first sign of life.
  while (!seen && serverPid() === null && Date.now() < deadline) await pause(50);
  const pid = serverPid();
  if (pid === null) return;
  if (await signalled(pid, 'SIGINT', FAST_SHUTDOWN_WITHIN_MS)) return;
  await signalled(pid, 'SIGQUIT', IMMEDIATE_SHUTDOWN_WITHIN_MS);
}

async function signalled(pid, signal, withinMs) {
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(20)) {
    if (serverPid() !== pid) return true;
  }
  return false;
}

/** The server ended by itself: closing every connection tells its users to start it again, one of them under the start lock. */
function look() {
  if (closing) return;
  if (serverPid() !== null) {
    seen = true;
    emptySince = null;
    return;
  }
  emptySince ??= Date.now();
  if (seen || Date.now() - emptySince > 15 * 60_000) end([]);
}

function end(waiting) {
  closing = true;
  // Before anyone hears of it, or the socket of the next watchdog could be the one that goes.
  rmSync(socketPath, { force: true });
  for (const socket of waiting) socket.end('stopped\n');
  for (const socket of users) socket.destroy();
  setTimeout(() => process.exit(0), 20);
}

/** The pid of the server that runs on our folder, or null. A lock file may be a dead server's, whose pid something else has now. */
function serverPid() {
  try {
    const pid = Number.parseInt(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8'), 10);
    if (!(pid > 0)) return null;
    process.kill(pid, 0);
    return isOnOurFolder(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isOnOurFolder(pid) {
  if (process.platform !== 'linux') return true;
  const state = readFileSync(`/proc/${pid}/stat`, 'utf8');
  if (state.slice(state.lastIndexOf(')') + 2, state.lastIndexOf(')') + 3) === 'Z') return false;
  const [cwd, cluster] = [statSync(`/proc/${pid}/cwd`), statSync(clusterDir)];
  return cwd.dev === cluster.dev && cwd.ino === cluster.ino;
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
