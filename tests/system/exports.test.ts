import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openPerson,
  overflowWidth,
  seriousAxeProblems,
  visit,
  type Watched,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_KEY, ADMIN_PASSWORD, ROOT, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, publish, register, stdioServer } from './support/provision';

const ROWS = 120_000;

async function fetchText(callgate: RunningCallgate, path: string): Promise<string> {
  const answer = await fetch(`${callgate.url}/api/v1${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Calls of the past, as the ledger would have written them. */
async function addCalls(database: TestDatabase): Promise<void> {
  const client = new pg.Client(database.poolConfig);
  await client.connect();
  try {
    await client.query(`INSERT INTO writers (id, lock_key, node, last_hash, owner) VALUES ('wrt_past', 1, 'past', 'a', 'wrt_past')`);
    await client.query(
      `INSERT INTO audit_events (id, at, writer, seq, previous_hash, hash, method, decision, reason, rule, agent_slug, tool)
       SELECT 'evt_past' || lpad(n::text, 8, '0'), date_trunc('milliseconds', now() - interval '1 hour' + n / 40 * interval '1 millisecond'), 'wrt_past', n, 'a', 'b',
              'tools/call', 'allowed', 'policy.allowed', '/tools/t', 'past', 'list_items' FROM generate_series(1, ${ROWS}) n`,
    );
  } finally {
    await client.end();
  }
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly progress: { readonly rows: number; readonly of: number | null };
}

describe('a large export', () => {
  it('goes on after kill -9 of its process, without a loss or a double', async () => {
    const database = await createTestDatabase();
    await addCalls(database);
    let callgate = await startCallgate({ env: { DATABASE_URL: database.url }, args: ['--gateway'] });
    try {
      const made = await callgate.api<Job>('POST', '/exports', { format: 'ndjson', filter: { agent: 'past' } });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const look = async () => (await callgate.api<Job>('GET', `/exports/${made.body.id}`)).body;
      const before = await eventually('some of it is written', async () => {
        const job = await look();
        return job.progress.rows > 2_000 ? job : null;
      });
      expect(before.status).toBe('running');
      await callgate.kill();
      callgate = await callgate.restart();
      await eventually('it is done', async () => (await look()).status === 'done', 90_000);
      const lines = (await fetchText(callgate, `/exports/${made.body.id}/file`)).trimEnd().split('\n');
      const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
      expect(ids).toHaveLength(ROWS);
      expect(new Set(ids).size).toBe(ROWS);
      expect(ids).toEqual([...ids].sort().reverse());
    } finally {
      await callgate.remove();
      await database.drop();
    }
  }, 240_000);
});

describe.skipIf(!CHROMIUM)(`exports in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let access: Access;
  let folder: string;
  let page: Page;
  let watched: Watched;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'callgate-scheduled-'));
    callgate = await startCallgate({ env: { CALLGATE_EXPORT_DIR: folder } });
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', {
      version: '1',
      default: 'allow',
      tools: { echo: { action: 'deny', reason: '=Nobody, "echoes"' } },
    });
    access = await grantAccess(callgate, 'desk', 'main');
    browser = await openBrowser();
    ({ page, watched } = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD }));
    for (let n = 0; n < 3; n++) expect(outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }))).toBe('ok');
    for (let n = 0; n < 5; n++) expect(outcomeOf(await callTool(access, 'echo', { message: 'x' }))).toBe('denied');
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('downloads exactly the rows of the screen, with safe cells', async () => {
    await visit(page, `${origin}/activity?decision=denied`);
    const rows = page.getByRole('table', { name: 'Calls' }).locator('tr[data-row]');
    await eventually('the filter holds', async () => (await rows.count()) === 5);
    const times = await rows.evaluateAll((all) => all.map((row) => row.querySelector('time')?.getAttribute('datetime')));
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: 'Export calls' });
    await dialog.locator('[data-export-rows="5"]').waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download file' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^callgate-calls-.*\.csv$/);
    const [head, ...lines] = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    const at = (head as string).split(',').indexOf('at');
    expect(lines.map((line) => line.split(',')[at])).toEqual(times);
    expect(lines.every((line) => line.includes(`"'=Nobody, ""echoes"""`))).toBe(true);
    await visit(page, `${origin}/activity/changes?action=audit.export_end`);
    await page.getByText('took along').first().waitFor();
  });

  it('shows exports in the background with progress, and hands out the file', async () => {
    const { status } = await callgate.api('POST', '/exports', { format: 'csv', filter: { decision: 'denied' } });
    expect(status).toBe(201);
    await visit(page, `${origin}/activity/exports`);
    const row = page.getByRole('table', { name: 'Exports' }).locator('tr[data-row]').first();
    await row.getByText('Ready').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: 'Download' }).click()]);
    expect(
      readFileSync(await download.path(), 'utf8')
        .trimEnd()
        .split('\r\n'),
    ).toHaveLength(6);
    await row.getByRole('button', { name: 'Delete export' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete export' }).click();
    await row.getByText('Cancelled').waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
  });

  it('is the same from the command line', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'callgate-cli-')), 'calls.csv');
    const args = ['audit', 'export', '--format', 'csv', '--columns', 'id,tool', '--filter', 'decision=denied'];
    const env = { NODE_ENV: 'production', PATH: process.env.PATH, CALLGATE_URL: callgate.url, CALLGATE_KEY: ADMIN_KEY } as const;
    const run = (more: readonly string[]) =>
      promisify(execFile)(process.execPath, ['scripts/callgate.mjs', ...args, ...more], { cwd: ROOT, env });
    const { stdout } = await run([]);
    expect(stdout).toBe(await fetchText(callgate, '/audit/export?format=csv&columns=id,tool&decision=denied'));
    expect(stdout.trimEnd().split('\r\n')).toHaveLength(6);
    await run(['--file', file]);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    await expect(run(['--columns', 'secrets'])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('columns') });
    rmSync(path.dirname(file), { recursive: true });
  });

  it('is scheduled, changed and paused in the settings', async () => {
    await visit(page, `${origin}/settings/exports`);
    await page.getByRole('button', { name: 'Schedule export' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nightly');
    await dialog.getByLabel('Filter').fill(`${origin}/activity?decision=denied&range=24h`);
    await dialog.getByRole('combobox', { name: 'To' }).click();
    await page.getByRole('option', { name: 'A folder of the node' }).click();
    await dialog.getByLabel('Folder').fill('nightly');
    expect(await seriousAxeProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Schedule export' }).click();
    await dialog.waitFor({ state: 'detached' });
    const schedules = async () =>
      (await callgate.api<{ items: { name: string; every: string; enabled: boolean; filter: object }[] }>('GET', '/export-schedules')).body
        .items;
    expect(await schedules()).toMatchObject([{ name: 'Nightly', every: 'day', filter: { decision: ['denied'] } }]);

    await page.getByRole('button', { name: 'Actions for Nightly' }).click();
    await page.getByRole('menuitem', { name: 'Change export' }).click();
    const save = dialog.getByRole('button', { name: 'Save changes' });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Name').fill('Hourly');
    await dialog.getByRole('combobox', { name: 'When' }).click();
    await page.getByRole('option', { name: /hour/i }).click();
    await save.click();
    await dialog.waitFor({ state: 'detached' });
    expect(await schedules()).toMatchObject([{ name: 'Hourly', every: 'hour', filter: { decision: ['denied'] } }]);

    await page.getByRole('button', { name: 'Actions for Hourly' }).click();
    await page.getByRole('menuitem', { name: 'Pause export' }).click();
    await page.getByText('Paused').waitFor();
    expect((await schedules())[0]?.enabled).toBe(false);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await visit(page, `${origin}/activity/exports`);
    expect(await overflowWidth(page)).toBe(0);
    await visit(page, `${origin}/activity`);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('dialog', { name: 'Export calls' }).waitFor();
    expect(await overflowWidth(page)).toBe(0);
    expect(watched.problems).toEqual([]);
  });
});
