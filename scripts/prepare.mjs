// Brings a clone into a state that runs: locked dependencies, Prisma client, server bundle, console build. Each part is done only when what it
// is made from changed, so that a second start costs a tenth of a second. Dependency-free: it runs before there are any.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runStep, say } from './steps.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

const NODE_MIN = [20, 19];
const CLIENT_SOURCES = ['prisma/schema', 'scripts/generate.mjs', 'package-lock.json'];
const SERVER_SOURCES = [...CLIENT_SOURCES, 'lib', 'scripts/prepare.mjs', 'tsconfig.json'];
const CONSOLE_SOURCES = [
  ...SERVER_SOURCES,
  'app',
  'components',
  'public',
  'next.config.js',
  'next.config.ts',
  'next.config.mjs',
  'postcss.config.mjs',
];

/** Throws an Error with what to do when this Node is too old. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new Error(
    `Callgate needs Node.js ${NODE_MIN.join('.')} or newer, and this is ${version}. Node.js 24 is recommended: https://nodejs.org`,
  );
}

/**
 * Prepares everything; without the console's build with `{ console: false }`, and only dependencies and the Prisma client with `{ build: false }`.
 * Throws an Error that says which part failed and why.
 */
export async function prepare({ build = true, console = build } = {}) {
  requireNode();
  const parts = [dependencies, client, ...(build ? [server] : []), ...(console ? [consolePages] : [])];
  // Nothing is written when nothing changed, so that an installation can be read-only.
  if (parts.every((part) => isCurrent(part))) return;
  await underLock(async () => {
    for (const part of parts) {
      if (isCurrent(part)) continue;
      rmSync(part.stamp, { force: true });
      const wanted = part.wanted();
      await part.make();
      writeFileSync(part.stamp, wanted);
    }
  });
}

/** A part is current when what it makes is there and its stamp holds the hash of what it was made from. */
function isCurrent(part) {
  return part.makes.every((file) => existsSync(file)) && readIfThere(part.stamp) === part.wanted();
}

/** Bundles one TypeScript entry (a path) into `.build/<name>`, which Node runs; packages stay outside. Returns the bundle's path. */
export async function bundleEntry(entry, name) {
  const { build } = await import('esbuild');
  const outfile = at('.build', name);
  await build({
    entryPoints: [resolve(root, entry)],
    outfile,
    absWorkingDir: root,
    tsconfig: at('tsconfig.json'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'silent',
  });
  return outfile;
}

const dependencies = {
  stamp: at('node_modules/.callgate-lock'),
  makes: [at('node_modules')],
  wanted: () =>
    createHash('sha256')
      .update(readFileSync(at('package-lock.json')))
      .update(`${process.platform} ${process.arch}`)
      .digest('hex'),
  async make() {
    if (installedMatches(JSON.parse(readFileSync(at('package-lock.json'), 'utf8')))) return;
    const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
    // No install script is needed, and one of them downloads from outside the registry. The build needs the development packages' types.
    const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    await runStep('Installing the locked dependencies', npm[0], [...npm.slice(1), ...args], { cwd: root });
  },
};

const client = {
  stamp: at('lib/db/generated/.callgate-stamp'),
  makes: [at('lib/db/generated/client.ts')],
  wanted: () => hashOf(CLIENT_SOURCES),
  async make() {
    const { generatePrismaClient } = await import('./generate.mjs');
    const problem = generatePrismaClient();
    if (problem) throw new Error(problem);
  },
};

const server = {
  stamp: at('.build/server.stamp'),
  makes: [at('.build/server.mjs'), at('.build/simulation-worker.mjs')],
  wanted: () => hashOf(SERVER_SOURCES),
  async make() {
    try {
      await bundleEntry('lib/hosts/server.ts', 'server.mjs');
      await bundleEntry('lib/hosts/simulation/simulation-worker.ts', 'simulation-worker.mjs');
    } catch (error) {
      throw new Error(`The server could not be bundled:\n${error.message}`);
    }
  },
};

const consolePages = {
  stamp: at('.next/callgate.stamp'),
  makes: [at('.next/BUILD_ID')],
  wanted: () => hashOf(CONSOLE_SOURCES),
  async make() {
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    await runStep('Building the console (once, about a minute)', process.execPath, [at('node_modules/next/dist/bin/next'), 'build'], {
      cwd: root,
      env,
    });
  },
};

/** Whether npm's own record of what is installed names the same packages as the lock, but for optional ones of other platforms. */
function installedMatches(lock) {
  const text = readIfThere(at('node_modules/.package-lock.json'));
  if (text === null) return false;
  const installed = JSON.parse(text).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true;
    const found = installed[path];
    return found ? found.version === wanted.version && existsSync(at(path)) : Boolean(wanted.optional || wanted.devOptional || wanted.peer);
  });
}

/** One hash over the names and contents of files and folders, without what is generated. */
function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  for (const path of paths) add(path);
  return hash.digest('hex');

  function add(path) {
    if (path === 'lib/db/generated' || !existsSync(at(path))) return;
    const entries = readEntries(path);
    if (entries) for (const name of entries) add(`${path}/${name}`);
    else
      hash
        .update(`${path}\0`)
        .update(readFileSync(at(path)))
        .update('\0');
  }
}

function readEntries(path) {
  try {
    return readdirSync(at(path)).sort();
  } catch (error) {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Two starts in one clone must not build into the same folders at once; the second waits and finds everything done. */
async function underLock(work) {
  const lock = at('.build/prepare.lock');
  mkdirSync(at('.build'), { recursive: true });
  for (let waited = false; !take(lock); waited = true) {
    if (!waited) say('Another start in this folder is preparing; waiting for it …');
    await sleep(200);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(readIfThere(lock));
  if (owner === process.pid || (owner > 0 && !runs(owner))) rmSync(lock, { force: true });
  return false;
}

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
