// The public MCP conformance suites and the Node they need, for the tests: installed at locked versions into .build, apart from our own packages.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep } from './steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'tests/fixtures/conformance/suites');
const folder = join(root, '.build/conformance');
const stamp = join(folder, 'installed');
const NODE_MIN = 22;

/** What is installed and current: the Node to run the suites with and the folder of their packages; null when there is none. */
export function findConformance() {
  const node = findNode();
  return node !== null && readIfThere(stamp) === wanted() ? { node, packages: join(folder, 'node_modules') } : null;
}

/** Installs the suites where that is possible; otherwise says why their tests are skipped, and gives null. */
export async function ensureConformance(say) {
  const found = findConformance();
  if (found) return found;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(source, file), join(folder, file));
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const flags = [...quiet, '--prefer-offline', '--fetch-retries=1', ...(isNewEnough() ? ['--omit=optional'] : [])];
    await runStep('Installing the conformance suites', 'npm', ['ci', ...flags], { cwd: folder });
    if (findNode() === null) throw new Error(`they need Node.js ${NODE_MIN} or newer, and there is none for this machine`);
    writeFileSync(stamp, wanted());
  } catch (error) {
    say(`The conformance suites could not be installed, and their tests are skipped: ${error.message}`);
  }
  return findConformance();
}

/** This Node when it is new enough, else the one that was installed with the suites. */
function findNode() {
  if (isNewEnough()) return process.execPath;
  const installed = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return existsSync(installed) ? installed : null;
}

function isNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= NODE_MIN;
}

function wanted() {
  return createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .digest('hex');
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
