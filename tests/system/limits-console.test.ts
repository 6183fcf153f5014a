import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openPerson,
  overflowWidth,
  type Person,
  seriousAxeProblems,
  settled,
  visit,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { type Access, grantAccess, must, publish, register, stdioServer } from './support/provision';

const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'a lantern in the harbour' };
const POLICY = {
  version: '1',
  default: 'deny',
  // A month, so that no window ends while the test looks at it; only the last minute of one would be in the way.
  tools: { 'get-sum': { limits: [{ counter: 'sums', window: 'month', max: 3, on_deny: 'Three sums a month.' }] } },
};

describe.skipIf(!CHROMIUM)(`limits in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let access: Access;
  let ana: Person;
  let vi: Person;

  const person = (email: string, password: string, width = 1440, dark = false) =>
    openPerson(browser, origin, { email, password }, { width, dark });

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', POLICY);
    access = await grantAccess(callgate, 'desk', 'main');
    await must(callgate, 201, 'POST', '/members', VIEWER);
    browser = await openBrowser();
    ana = await person(ADMIN_EMAIL, ADMIN_PASSWORD);
    vi = await person(VIEWER.email, VIEWER.password, 390, true);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const sum = async () => outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }));
  const dialog = (page: Page) => page.getByRole('dialog');
  const meter = (page: Page, words: string) => page.getByRole('table', { name: 'Limits' }).getByText(words).first();

  it('rise by real calls, are raised for a while, revoked and set back, and every call follows', async () => {
    const { page } = ana;
    expect(await sum()).toBe('ok');
    await visit(page, `${origin}/limits`);
    await meter(page, '1 of 3').waitFor();
    for (const outcome of ['ok', 'ok', 'limited']) expect(await sum()).toBe(outcome);
    // Without a reload: the page reads all its counters again by itself.
    await meter(page, '3 of 3').waitFor();
    await page.getByText('used up').first().waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);

    await page.getByRole('row').filter({ hasText: 'sums' }).locator('td').nth(3).click();
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('button', { name: 'Raise limit' }).click();
    const confirm = dialog(page).getByRole('button', { name: 'Raise limit' });
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('New maximum').fill('31');
    await dialog(page).getByLabel('Reason').fill('month <b>end</b>');
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('New maximum').fill('5');
    await dialog(page).getByText('may use 2 more of sums now').waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    await confirm.click();
    await panel.getByText('3, raised to 5 until').waitFor();
    for (const outcome of ['ok', 'ok', 'limited']) expect(await sum()).toBe(outcome);
    await meter(page, '5 of 5').waitFor();

    await visit(vi.page, `${origin}/limits`);
    await vi.page.getByText('5 of 5').first().waitFor();
    await vi.page.getByText('5 of 5').first().click();
    await vi.page.getByText('month <b>end</b>').first().waitFor();
    expect(await vi.page.getByRole('button', { name: 'Revoke raise' }).getAttribute('aria-disabled')).toBe('true');
    expect(await overflowWidth(vi.page)).toBe(0);
    expect(await seriousAxeProblems(vi.page)).toEqual([]);

    await panel.getByRole('button', { name: 'Revoke raise' }).click();
    await dialog(page).getByRole('button', { name: 'Revoke raise' }).click();
    await meter(page, '5 of 3').waitFor();
    expect(await sum()).toBe('limited');

    await panel.getByRole('button', { name: 'Reset counter' }).click();
    await dialog(page).getByLabel('Reason').fill('test run over');
    await dialog(page).getByRole('button', { name: 'Reset counter' }).click();
    await meter(page, '0 of 3').waitFor();
    expect(await sum()).toBe('ok');
    await panel.getByRole('button', { name: 'Table', exact: true }).click();
    await panel.getByText('Set back to 0: test run over').first().waitFor();

    // The trace of a call that the raise let through says so.
    const { items } = (await must(callgate, 200, 'GET', '/audit?decision=allowed&limit=10')) as { items: { id: string }[] };
    await visit(page, `${origin}/activity/${items[1]?.id}`);
    await page
      .getByText(/raised to 5 until .* by /)
      .first()
      .waitFor();
    expect(ana.watched.problems).toEqual([]);
    expect(vi.watched.problems).toEqual([]);
  });

  it('keep filter, order and selection in the address', async () => {
    const { page } = ana;
    await visit(page, `${origin}/limits?group=rule&near=0.2`);
    await page.getByRole('columnheader', { name: 'Tool' }).waitFor();
    await meter(page, '1 of 3').waitFor();
    await page.reload();
    await settled(page);
    await meter(page, '1 of 3').waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: 'sums' })
      .getByRole('link', { name: /get-sum/ })
      .click();
    await page.waitForURL(/\/policies\/desk\/main\?at=/);
    await visit(page, `${origin}/limits?near=1`);
    await page.getByText('Nothing matches these filters').waitFor();
  });
});
