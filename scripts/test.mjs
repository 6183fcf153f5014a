// npm test: the same preparation as npm start, then every check and test. The last line is `N passed, N failed` (`, N skipped` may follow).
// usage: node scripts/test.mjs [--soak]     (--soak runs the long forms of the tests that have one)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureConformance } from './conformance.mjs';
import { bundleEntry, prepare, root } from './prepare.mjs';
import { endWithThisProcess, say } from './steps.mjs';

const soak = process.argv.includes('--soak');
const STEP_WITHIN_MS = soak ? 4 * 3_600_000 : 30 * 60_000;
const reports = join(root, '.build/reports');
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

process.chdir(root);
// Values of a developer's own .env would change what is tested, so it is not read here.
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...(soak ? { CALLGATE_SOAK: '1' } : {}) };
delete env.TEST_DATABASE_URL;
if (!process.stdout.isTTY) {
  // Colours do not belong in a log.
  delete env.FORCE_COLOR;
  env.NO_COLOR = '1';
}

try {
  await prepare();
  count('preparation', { passed: 1, failed: 0, skipped: 0 });
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  count('preparation', { passed: 0, failed: 1, skipped: 0 });
  await finish();
}

const chromium = await ensureChromium(say);
if (chromium) env.CHROMIUM_PATH = chromium;
await ensureConformance(say);

await check('types', 'node_modules/typescript/bin/tsc6', ['--noEmit']);
await check('lint and format', 'node_modules/@biomejs/biome/bin/biome', ['check', '--diagnostic-level=error']);
await check('dependency rules', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
  '--config',
  '.dependency-cruiser.cjs',
  ...['app', 'components', 'lib', 'tests'].filter((folder) => existsSync(folder)),
]);
await vitest('unit', ['--project', 'unit']);
await vitest('database, embedded', ['--project', 'database']);
await vitest('system', ['--project', 'system']);
await onSeparatePostgres((url) =>
  // What the embedded server's own tests check is no different here.
  vitest('database, separate server', ['--project', 'database', '--exclude', 'tests/database/embedded-postgres.test.ts'], {
    TEST_DATABASE_URL: url,
  }),
);
await finish();

async function check(title, program, args) {
  say(`${title} …`);
  const code = await run(program, args, env);
  if (code !== 0) process.stdout.write(`callgate: ${title} FAILED (${code})\n`);
  count(title, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
}

async function vitest(title, args, extraEnv = {}) {
  say(`${title} …`);
  const report = join(reports, `${title.replace(/\W+/g, '-')}.json`);
  mkdirSync(reports, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('node_modules/vitest/vitest.mjs', ['run', ...args, ...reporters], { ...env, ...extraEnv });
  count(title, readReport(report, code));
}

/** Counts tests, and what failed outside of any test: a file that cannot be loaded, an unhandled error, a run that ended early. */
function readReport(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { testResults, numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  const failed = numFailedTests + broken.length;
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped: numPendingTests + numTodoTests };
}

/** Runs a program of ours with Node and gives its exit code; its output goes straight through. */
async function run(program, args, environment) {
  const child = endWithThisProcess(
    spawn(process.execPath, [program, ...args], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const timer = setTimeout(() => {
    say(`it has run for ${STEP_WITHIN_MS / 60_000} minutes and is stopped`);
    child.kill('SIGKILL');
  }, STEP_WITHIN_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return code ?? signal;
}

async function onSeparatePostgres(work) {
  const script = await bundleEntry('tests/database/setup/separate-postgres.ts', 'separate-postgres.mjs');
  const server = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  server.stdin.on('error', () => {});
  const url = await Promise.race([once(server.stdout, 'data').then(([chunk]) => chunk.toString().trim()), ended.then(() => null)]);
  if (url === null) return count('database, separate server', { passed: 0, failed: 1, skipped: 0 });
  try {
    await work(url);
  } finally {
    server.stdin.end();
    await ended;
  }
}

function count(title, { passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (failed > 0) failures.push(`${title}: ${failed} failed`);
  say(`${title}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

function finish() {
  for (const failure of failures) process.stdout.write(`FAILED  ${failure}\n`);
  const line = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`;
  // Exits only when the last line has left, whatever the output is connected to; until then nothing else goes on.
  process.stdout.write(line, () => process.exit(total.failed > 0 ? 1 : 0));
  return new Promise(() => {});
}
