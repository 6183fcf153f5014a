// Long steps as child processes: one line when they begin, one every ten seconds, their output only when they fail. Dependency-free.
import { spawn } from 'node:child_process';

const SAY_EVERY_MS = 10_000;
const running = new Set();

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, function stop() {
    // Only while a step runs: the server has handlers of its own, and they finish the calls in flight first.
    if (running.size === 0) {
      if (process.listenerCount(signal) === 1) process.exit(code);
      return;
    }
    for (const child of running) child.kill(signal);
    process.exit(code);
  });
}

export function say(text) {
  process.stdout.write(`callgate: ${text}\n`);
}

/** Runs a program quietly. Throws an Error with the end of its output when it fails. */
export async function runStep(title, program, args, options = {}) {
  const startedAt = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  say(`${title} …`);
  const progress = setInterval(() => say(`${title} … ${seconds()}`), SAY_EVERY_MS);
  const output = [];
  try {
    const code = await new Promise((done) => {
      const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
      running.add(child);
      child.stdout.on('data', (chunk) => output.push(chunk));
      child.stderr.on('data', (chunk) => output.push(chunk));
      child.once('error', (error) => {
        running.delete(child);
        done(error.message);
      });
      child.once('close', (status, signal) => {
        running.delete(child);
        done(status ?? signal);
      });
    });
    if (code !== 0) throw new Error(`${title} failed (${code}):\n${ends(Buffer.concat(output).toString())}`);
    say(`${title}: done in ${seconds()}`);
  } finally {
    clearInterval(progress);
  }
}

/** Keeps a child among those that end with this process. Returns the child. */
export function endWithThisProcess(child) {
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** The beginning, where compilers and npm say what is wrong, and the end, where everybody else does. */
function ends(text) {
  const lines = text.trimEnd().split('\n');
  return (lines.length <= 70 ? lines : [...lines.slice(0, 20), '[…]', ...lines.slice(-50)]).join('\n');
}
