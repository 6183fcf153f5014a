import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openPerson,
  overflowWidth,
  pressUntil,
  seriousAxeProblems,
  visit,
  type Watched,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { grantAccess, publish, register, stdioServer } from './support/provision';

const RULES = { version: '1', default: 'allow', tools: { echo: { action: 'deny', reason: 'Nobody echoes.' } } };

interface Timed {
  readonly id: string;
  readonly decision: string;
  readonly policyMs: number | null;
  readonly admissionMs: number | null;
  readonly gatewayMs: number | null;
  readonly upstreamMs: number | null;
}

describe.skipIf(!CHROMIUM)(`the columns of activity in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let page: Page;
  let watched: Watched;
  let tookMs = 0;

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', RULES);
    const access = await grantAccess(callgate, 'desk', 'main');
    browser = await openBrowser();
    ({ page, watched } = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD }));
    const begunMs = performance.now();
    expect(outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }))).toBe('ok');
    tookMs = performance.now() - begunMs;
    expect(outcomeOf(await callTool(access, 'echo', { message: 'x' }))).toBe('denied');
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const table = () => page.getByRole('table', { name: 'Calls' });
  const headings = () => table().locator('thead th').allTextContents();
  const columns = () => new URL(page.url()).searchParams.get('columns');
  const chooser = () => page.getByRole('dialog', { name: 'Columns of the list' });
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? '');

  const settledCall = () =>
    eventually('the call is settled', async () => {
      const { body } = await callgate.api<{ items: Timed[] }>('GET', '/audit?decision=allowed');
      const [call] = body.items;
      return call && call.gatewayMs !== null ? call : null;
    });

  it('are preceded by times that add up: policy and admission are parts of the gateway, which with the upstream is all', async () => {
    const { policyMs, admissionMs, gatewayMs, upstreamMs, id } = await settledCall();
    expect(policyMs).toBeGreaterThan(0);
    expect(admissionMs).toBeGreaterThan(0);
    expect((policyMs ?? 0) + (admissionMs ?? 0)).toBeLessThanOrEqual(gatewayMs ?? 0);
    expect((policyMs ?? 0) + (admissionMs ?? 0) + (upstreamMs ?? 0)).toBeLessThanOrEqual(tookMs);
    const refused = await callgate.api<{ items: Timed[] }>('GET', '/audit?decision=denied');
    expect(refused.body.items).toMatchObject([{ policyMs: null, admissionMs: null, gatewayMs: null }]);
    await visit(page, `${origin}/activity/${id}`);
    const times = page.locator('dl[aria-label="Where the time went"]');
    await times.waitFor();
    expect(await times.locator('dt').allTextContents()).toEqual(['Policy', 'Admission', 'Rest of gateway', 'Upstream', 'Total']);
    expect(await seriousAxeProblems(page)).toEqual([]);
  });

  it('are chosen and moved by keys alone, and stand in the address', async () => {
    await visit(page, `${origin}/activity`);
    await table().locator('tr[data-row]').nth(1).waitFor();
    expect(await headings()).toEqual(['Time', 'Decision', 'Agent', 'Server / tool', 'Risk', 'Rule', 'Outcome', 'Upstream']);
    await page.getByRole('button', { name: 'Columns', exact: true }).focus();
    await page.keyboard.press('Enter');
    await chooser().waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    for (const name of ['Policy time', 'Node']) {
      const box = chooser().getByLabel(name, { exact: true });
      await pressUntil(page, 'Tab', () => box.evaluate((one) => one === document.activeElement));
      await page.keyboard.press('Space');
      await eventually(`${name} is a column`, async () => (await headings()).at(-1) === name);
      // What was chosen is now further up, and the focus went with it.
      expect(await box.evaluate((one) => one === document.activeElement)).toBe(true);
    }
    await pressUntil(page, 'Tab', async () => (await focused()) === 'Move Node up');
    for (let n = 0; n < 2; n++) {
      await page.keyboard.press('Enter');
      expect(await focused()).toBe('Move Node up');
    }
    await eventually('Node stands before Upstream', async () => (await headings()).at(-3) === 'Node');
    await chooser().getByRole('status').getByText('Node is column 8 of 10').waitFor({ state: 'attached' });
    await chooser().getByLabel('Risk', { exact: true }).click();
    await page.keyboard.press('Escape');
    expect(columns()).toBe('at,decision,agent,tool,rule,outcome,node,upstream,deciding');
    const wanted = 'Time,Decision,Agent,Server / tool,Rule,Outcome,Node,Upstream,Policy time';
    await eventually('the screen shows it', async () => (await headings()).join() === wanted);
    await page.reload();
    await eventually('a reload shows the same', async () => (await headings()).join() === wanted);
    // The time cannot be taken away.
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    expect(await chooser().getByLabel('Time (always)').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('are shown to whoever opens the link, and exported as they stand', async () => {
    const other = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
    await visit(other.page, `${page.url()}`);
    await other.page.getByRole('columnheader', { name: 'Policy time' }).waitFor();
    await other.watched.context.close();
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: 'Export calls' });
    await dialog.locator('[data-export-rows="2"]').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download file' }).click()]);
    const [head, denied, allowed] = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(head).toBe('at,decision,agent,server,tool,innerTool,method,target,rule,message,outcome,node,upstreamMs,policyMs');
    expect(denied).toMatch(/,echo,.*,[^,]+,,$/);
    expect(allowed).toMatch(/,get-sum,.*,ok,[^,]+,[\d.]+,[\d.e-]+$/);
  });

  it('are part of a view, which says when they were changed', async () => {
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save these filters as a view' }).click();
    await page.getByLabel('Name').fill('Where the time goes');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.waitForURL(/view=/);
    const address = page.url();
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await chooser().getByRole('button', { name: 'Reset to default' }).click();
    await eventually('the usual columns are back', () => columns() === null);
    await eventually('and on the screen', async () => (await headings()).length === 8);
    await page.keyboard.press('Escape');
    await page.getByText('Modified', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await eventually('the columns of the view are back', () => columns() === new URL(address).searchParams.get('columns'));
    await page.getByText('Modified', { exact: true }).waitFor({ state: 'detached' });
  });

  it('that there are not are named and left out', async () => {
    await visit(page, `${origin}/activity?columns=at,secrets,agent`);
    await page.getByText('The address names a column that there is not: secrets').waitFor();
    expect(await headings()).toEqual(['Time', 'Agent']);
    expect(await seriousAxeProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave out' }).click();
    await eventually('the address is tidy', () => columns() === 'at,agent');
    await page.getByText('The address names').waitFor({ state: 'detached' });
  });

  it('all fit: wide tables scroll in themselves, and cards of a narrow screen tell what was chosen', async () => {
    await page.setViewportSize({ width: 1024, height: 800 });
    await visit(
      page,
      `${origin}/activity?columns=at,decision,agent,tool,risk,rule,outcome,upstream,deciding,admission,session,client,node,event`,
    );
    await table().locator('tr[data-row]').first().waitFor();
    expect(await headings()).toHaveLength(14);
    const last = page.getByRole('columnheader', { name: 'Event' });
    expect((await last.boundingBox())?.x).toBeGreaterThan(1024);
    await last.scrollIntoViewIfNeeded();
    expect((await last.boundingBox())?.x).toBeLessThan(1024);
    expect(await overflowWidth(page)).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    const card = table().locator('tr[data-row]').nth(1);
    await card.getByText('Admission').waitFor();
    expect(await card.textContent()).toMatch(/get-sum.*Outcome.*Upstream\d.*Policy time\d.*Admission\d/);
    expect(await overflowWidth(page)).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    const box = await chooser().boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 400) <= 390).toBe(true);
    expect(await seriousAxeProblems(page)).toEqual([]);
    expect(watched.problems).toEqual([]);
  });
});
