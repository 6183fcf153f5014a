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

describe.skipIf(!CHROMIUM)(`the overview in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
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
    for (let n = 0; n < 6; n++) expect(outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }))).toBe('ok');
    for (let n = 0; n < 4; n++) expect(outcomeOf(await callTool(access, 'echo', { message: 'x' }))).toBe('denied');
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const numbers = () => page.getByRole('region', { name: 'Key numbers' });
  const calls = () => numbers().getByRole('link', { name: /, Calls$/ });

  it('shows numbers that are those of Activity, each behind its link', async () => {
    await visit(page, `${origin}/overview`);
    await eventually('all calls are counted', async () => (await calls().getAttribute('data-count')) === '10');
    await page.getByRole('list', { name: 'desk over time' }).waitFor();
    const links = await page
      .locator('main a[data-count]')
      .evaluateAll((all) => all.map((link) => [link.getAttribute('href') ?? '', Number(link.getAttribute('data-count'))] as const));
    const wanted = new Map(links);
    expect(wanted.size).toBeGreaterThan(15);
    expect([...wanted.values()]).toEqual(expect.arrayContaining([10, 6, 4, 0]));
    for (const [href, count] of wanted) {
      await visit(page, `${origin}${href}`);
      const total = page.locator('[data-total]');
      await eventually(`${href} has ${count} calls`, async () =>
        count === 0
          ? page.getByText('Nothing matches these filters').isVisible()
          : (await total.getAttribute('data-total')) === String(count),
      );
    }
  });

  it('marks a publish on the chart, by keys too, and leads to the version', async () => {
    await visit(page, `${origin}/overview`);
    const mark = page.getByRole('list', { name: 'Policies published' }).getByRole('link', { name: /Published desk\/main v1/ });
    await mark.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/policies\/desk\/main\?tab=versions&v=1/);
    await visit(page, `${origin}/overview`);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page
      .getByRole('region', { name: 'Calls by outcome as a table' })
      .getByRole('link', { name: /Published desk\/main v1/ })
      .waitFor();
    await page.getByRole('button', { name: 'Shares' }).click();
    await page.getByText('60.0 %').first().waitFor();
  });

  it('holds server, agent and comparison in the address, and says what it compares with', async () => {
    await numbers().getByText('a week before: no calls then').first().waitFor();
    await page.getByRole('button', { name: 'Server', exact: true }).click();
    await page.getByRole('checkbox', { name: 'desk' }).click();
    await page.waitForURL(/server=desk/);
    await page.keyboard.press('Escape');
    await eventually('links follow the filter', async () => (await calls().getAttribute('href'))?.includes('server=desk') ?? false);
    await page.getByRole('combobox', { name: 'Compare' }).click();
    await page.getByRole('option', { name: 'Without comparison' }).click();
    await page.waitForURL(/compare=none/);
    await numbers().getByText('a week before').first().waitFor({ state: 'detached' });
    const idle = await grantAccess(callgate, 'desk', 'main');
    await visit(page, `${origin}/overview?agent=${idle.agent}`);
    await page.getByText('No calls of these in this time').waitFor();
  });

  it('stands still while it is paused', async () => {
    await visit(page, `${origin}/overview`);
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }))).toBe('ok');
    expect(await calls().getAttribute('data-count')).toBe('10');
    await page.getByRole('button', { name: 'Resume' }).click();
    await eventually('the new call is counted', async () => (await calls().getAttribute('data-count')) === '11');
  });

  it('keeps the other panels when one fails', async () => {
    // A context of its own: the browser reports the failed request as a problem, rightly.
    const other = await openContext(browser, origin, { storageState: await ana.context.storageState() });
    const broken = await other.context.newPage();
    await broken.route('**/api/v1/stats/upstreams*', (route) =>
      route.fulfill({ status: 400, json: { error: { code: 'request.invalid', message: 'No.' } } }),
    );
    await visit(broken, `${origin}/overview`);
    await broken.getByText('The health of servers could not be loaded').waitFor();
    const shown = broken.getByRole('region', { name: 'Key numbers' }).getByRole('link', { name: /, Calls$/ });
    expect(await shown.getAttribute('data-count')).toBe('11');
    await other.context.close();
  });

  it('is accessible and fits, also on a phone in the dark', async () => {
    await visit(page, `${origin}/overview`);
    expect(await seriousAxeProblems(page)).toEqual([]);
    const phone = await openContext(browser, origin, { width: 390, dark: true, storageState: await ana.context.storageState() });
    const small = await phone.context.newPage();
    await visit(small, `${origin}/overview`);
    expect(await overflowWidth(small)).toBe(0);
    expect(await seriousAxeProblems(small)).toEqual([]);
    expect([...ana.problems, ...phone.problems]).toEqual([]);
  });
});
