import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openContext,
  overflowWidth,
  seriousAxeProblems,
  signIn,
  visit,
  type Watched,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, publish, register, stdioServer } from './support/provision';

const RULES = { version: '1', default: 'allow', tools: { echo: { action: 'deny', reason: 'Nobody echoes.' } } };

describe.skipIf(!CHROMIUM)(`activity in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let access: Access;
  let ana: Watched;
  let page: Page;

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', RULES);
    access = await grantAccess(callgate, 'desk', 'main');
    browser = await openBrowser();
    ana = await openContext(browser, origin);
    page = await ana.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
    for (let n = 0; n < 6; n++) expect(await sum()).toBe('ok');
    for (let n = 0; n < 4; n++) expect(await echo()).toBe('denied');
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const sum = async () => outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }));
  const echo = async () => outcomeOf(await callTool(access, 'echo', { message: 'x' }));
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  /** The command with a `curl` that says what it was given. */
  const ownCurl = (command: string) => `CALLGATE_TOKEN=cg_x; curl() { printf '%s\\n' "$@"; }\n${command}`;
  const table = () => page.getByRole('table', { name: 'Calls' });
  const rows = () => table().locator('tr[data-row]');
  /** Where each row is on the screen, by what is in it: what must not change under a pointer. */
  const places = () =>
    rows().evaluateAll((all) =>
      all.map((row) => `${Math.round(row.getBoundingClientRect().top)} ${row.querySelector('time')?.getAttribute('datetime')}`),
    );
  const facet = (name: string) => page.locator(`[data-facet-value="${name}"]:visible`);

  it('holds a filter in the address, with facets, chart and list that agree', async () => {
    await visit(page, `${origin}/activity`);
    await rows().first().waitFor();
    await facet('decision:denied').click();
    await page.waitForURL(/decision=denied/);
    await eventually('only the denied calls are listed', async () => (await rows().count()) === 4);
    await page.locator('[data-total="4"]').waitFor();
    expect(await facet('decision:denied').getAttribute('aria-checked')).toBe('true');
    // The other choices still say what they would give.
    expect(await facet('decision:allowed').textContent()).toContain('6');
    await page.reload();
    await eventually('a reload shows the same', async () => (await rows().count()) === 4);
  });

  it('lets live calls arrive under a held filter without moving a row under the pointer', async () => {
    await page.keyboard.press('l');
    await page.waitForURL(/live=1/);
    await rows().nth(1).hover();
    const before = await places();
    expect(await sum()).toBe('ok');
    expect(await echo()).toBe('denied');
    expect(await echo()).toBe('denied');
    await page.getByRole('button', { name: '2 new' }).waitFor();
    expect(await places()).toEqual(before);
    // A call that the filter leaves out is no news.
    expect(await rows().count()).toBe(4);
    // With the pointer elsewhere nobody reads, and the next call brings them in, above a line.
    await page.mouse.move(5, 5);
    expect(await echo()).toBe('denied');
    await eventually('the list takes the new calls in', async () => (await rows().count()) === 7);
    expect(await table().locator('tr[data-divider]').count()).toBe(1);
    await page.keyboard.press('l');
    await eventually('live is off', () => !page.url().includes('live=1'));
  });

  it('opens a call beside the list, moves with J and K, and closes the panel before the page with Back', async () => {
    await rows()
      .first()
      .click({ position: { x: 20, y: 10 } });
    await page.waitForURL(/sel=evt_/);
    const first = new URL(page.url()).searchParams.get('sel');
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByText('Nobody echoes.').first().waitFor();
    await details.getByRole('button', { name: 'Copy as curl' }).click();
    // A shell takes it for the very call.
    await eventually('the call is copied', async () => (await copied()).includes('curl '));
    expect(execFileSync('/bin/sh', ['-c', ownCurl(await copied())], { encoding: 'utf8' })).toContain(
      '"name":"echo","arguments":{"message":"x"}',
    );
    await page.keyboard.press('j');
    await eventually('J shows the next call', () => new URL(page.url()).searchParams.get('sel') !== first);
    await page.keyboard.press('k');
    await eventually('K shows the one before', () => new URL(page.url()).searchParams.get('sel') === first);
    await page.goBack();
    await eventually('Back closes the panel', () => !page.url().includes('sel='));
    expect(page.url()).toContain('decision=denied');
  });

  it('reads typed filters, says what is wrong with one, and completes from real values', async () => {
    await visit(page, `${origin}/activity`);
    const bar = page.getByRole('combobox', { name: 'Filter calls' });
    await bar.fill('colour:red');
    await bar.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'There is no filter “colour”' }).waitFor();
    await bar.fill('tool:get');
    await page.getByRole('option', { name: /tool:get-sum/ }).click();
    await page.waitForURL(/tool=get-sum/);
    await eventually('the list follows', async () => (await rows().count()) === 7);
    await bar.fill('latency:>100000');
    await bar.press('Enter');
    await page.getByText('Nothing matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear last filter' }).click();
    await eventually('the other filter stays', async () => (await rows().count()) === 7);
  });

  it('saves a view, marks it when it was changed, and goes back to it', async () => {
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save these filters as a view' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Sums');
    await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click();
    await page.waitForURL(/view=view_/);
    await facet('decision:allowed').click();
    await page.getByText('Modified').waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await eventually('the view is as it was saved', () => !page.url().includes('decision='));
    await page.getByText('Modified').waitFor({ state: 'detached' });
  });

  it('shows changes in the same place, in words, at an address of their own', async () => {
    await page.getByRole('navigation', { name: 'Activity' }).getByRole('link', { name: 'Changes' }).click();
    await page.waitForURL(/\/activity\/changes/);
    const changes = page.getByRole('table', { name: 'Changes' });
    await changes.getByText('saved view').first().click();
    await page.waitForURL(/sel=chg_/);
    await page.getByRole('complementary', { name: 'Details' }).getByText('Sums').first().waitFor();
    const address = page.url();
    await visit(page, address);
    await page.getByRole('complementary', { name: 'Details' }).getByText('What changed').waitFor();
  });

  it('is accessible and fits, also on a phone in the dark', async () => {
    await visit(page, `${origin}/activity`);
    await rows().first().waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    const phone = await openContext(browser, origin, { width: 390, dark: true, storageState: await ana.context.storageState() });
    const small = await phone.context.newPage();
    for (const path of ['/activity', '/activity/changes']) {
      await visit(small, `${origin}${path}`);
      await small.locator('tr[data-row]').first().waitFor();
      expect(await overflowWidth(small), path).toBe(0);
      expect(await seriousAxeProblems(small), path).toEqual([]);
    }
    expect([...ana.problems, ...phone.problems]).toEqual([]);
  });
});
