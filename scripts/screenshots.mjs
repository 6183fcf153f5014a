// npm run screenshots: pictures of the console with the demo's data, made by the system's Chromium.
// usage: node scripts/screenshots.mjs [--out FOLDER] [--only WORD] [--readme] [--url URL --password PASSWORD]
//   The two pictures of the README go to docs/images (--readme: only these), every page in every width and theme to FOLDER (a new temporary one).
//   Without --url a demo of its own is started in a temporary folder and stopped afterwards.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { root } from './prepare.mjs';

const EMAIL = 'ana.silva@northwind.example';
const START_WITHIN_MS = 300_000;
/** Time for the demo's agents to fill the charts. */
const SETTLE_MS = 90_000;
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PAGES = [
  ['overview', '/overview'],
  ['servers', '/servers'],
  ['server-add', '/servers/new'],
  ['server', '/servers/payments'],
  ['server-tools', '/servers/payments?tab=tools'],
  ['server-review', '/servers/desk?tab=tools'],
  ['tools', '/tools'],
  ['policies', '/policies'],
  ['policy', '/policies/payments/support'],
  ['policy-tool', '/policies/payments/support?at=/tools/create_refund'],
  ['policy-explain', '/policies/payments/support?dock=explain'],
  ['policy-impact', '/policies/payments/support?dock=impact'],
  ['policy-versions', '/policies/payments/support?tab=versions'],
  ['agents', '/agents'],
  ['agent', '/agents/support-bot'],
  ['agent-access', '/agents/support-bot?tab=access'],
  ['activity', '/activity?range=1h'],
  ['activity-peek', (event) => `/activity?range=1h&sel=${event}`],
  ['event', (event) => `/activity/${event}`],
  ['limits', '/limits'],
  ['settings', '/settings'],
  ['settings-members', '/settings/members'],
];

const VIEWS = [
  { name: '1440-light', width: 1440, height: 900, colorScheme: 'light' },
  { name: '1440-dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: '1024-light', width: 1024, height: 768, colorScheme: 'light' },
  { name: '390-light', width: 390, height: 844, colorScheme: 'light' },
  { name: '390-dark', width: 390, height: 844, colorScheme: 'dark' },
];

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string' },
    readme: { type: 'boolean' },
    url: { type: 'string' },
    password: { type: 'string' },
  },
});
const executablePath = findChromium();
if (!executablePath) throw new Error('No Chromium was found. Install one, or set CHROMIUM_PATH.');
const demo = options.url ? { url: options.url, password: options.password, stop: async () => {} } : await startDemo();
const browser = await chromium.launch({ executablePath, args: FLAGS });
try {
  const storageState = await signIn(demo);
  await takeReadmePictures(storageState);
  if (!options.readme) await takeAll(storageState);
} finally {
  await browser.close();
  await demo.stop();
}

async function takeReadmePictures(storageState) {
  const folder = join(root, 'docs/images');
  mkdirSync(folder, { recursive: true });
  const context = await browser.newContext({
    storageState,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    timezoneId: 'UTC',
  });
  await take(context, '/activity?range=15m&live=1', join(folder, 'console-activity.png'));
  await take(context, '/policies/payments/support?at=/tools/create_refund', join(folder, 'console-policy.png'), tryCall);
  await context.close();
}

async function takeAll(storageState) {
  const folder = options.out ?? mkdtempSync(join(tmpdir(), 'callgate-screenshots-'));
  mkdirSync(folder, { recursive: true });
  const pages = PAGES.filter(([name]) => !options.only || name.includes(options.only));
  for (const { name, width, height, colorScheme } of VIEWS) {
    const context = await browser.newContext({ storageState, viewport: { width, height }, colorScheme, timezoneId: 'UTC' });
    const event = await newestRefusal(context);
    for (const [page, path] of pages)
      await take(context, typeof path === 'string' ? path : path(event), join(folder, `${page}-${name}.png`));
    await context.close();
  }
  process.stdout.write(`${pages.length * VIEWS.length} pictures in ${folder}\n`);
}

/** A picture once the page shows its data: no busy parts, and the editor's text where there is an editor. */
async function take(context, path, file, prepare) {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') process.stdout.write(`${path}: ${message.text()}\n`);
  });
  page.on('pageerror', (error) => process.stdout.write(`${path}: ${error.message}\n`));
  await page.goto(`${demo.url}${path}`, { waitUntil: 'domcontentloaded' });
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('main [aria-busy="true"]') === null, null, { timeout: 30_000 });
  if (path.startsWith('/policies/') && !/tab=|dock=/.test(path) && (await page.locator('[data-pane="dock"]').count()) > 0)
    await page.locator('.monaco-editor .view-line').first().waitFor();
  if (path.includes('tab=versions')) await page.locator('.line-insert').first().waitFor();
  if (path.startsWith('/activity?') || path === '/overview') await page.locator('.recharts-surface').first().waitFor();
  await prepare?.(page);
  await sleep(900);
  await page.screenshot({ path: file });
  await page.close();
}

/** A call that the policy refuses, tried beside its rules. */
async function tryCall(page) {
  await page.getByRole('tab', { name: 'Try' }).click();
  await page.getByPlaceholder('Type or choose a tool').fill('create_refund');
  await page.getByLabel('amount').fill('90000');
  await page.getByLabel('reason').fill('parcel lost');
  await page.getByText('Agent sees').first().waitFor();
  await page.getByTestId('to-be-allowed').scrollIntoViewIfNeeded();
}

async function newestRefusal(context) {
  const answer = await context.request.get(`${demo.url}/api/v1/audit?decision=denied&tool=create_refund&limit=1`);
  const { items } = await answer.json();
  return items[0]?.id ?? '';
}

async function signIn({ url, password }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/overview/);
  const state = await context.storageState();
  await context.close();
  return state;
}

async function startDemo() {
  const dataDir = mkdtempSync(join(tmpdir(), 'callgate-demo-'));
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--demo'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: '', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const password = await new Promise((resolve, reject) => {
    let printed = '';
    const timer = setTimeout(() => reject(new Error(`The demo did not start:\n${printed}`)), START_WITHIN_MS);
    child.stdout.on('data', (chunk) => {
      printed += chunk.toString();
      const found = /with the password (\S+)/.exec(printed);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`The demo ended:\n${printed}`)));
  });
  await sleep(SETTLE_MS);
  return {
    url: `http://localhost:${port}`,
    password,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
