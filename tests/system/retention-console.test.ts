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
  visit,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { grantAccess, must, publish, register, stdioServer } from './support/provision';

const BEN = { email: 'ben@example.com', name: 'Ben', role: 'admin', password: 'a lantern in the harbour' };
const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'seven quiet otters at sea' };
const REASON = 'inquiry <b>7</b>';

describe.skipIf(!CHROMIUM)(`retention in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let ana: Person;
  let ben: Person;
  const dialog = (page: Page) => page.getByRole('dialog');
  const section = (page: Page, name: string) => page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
  const retention = () =>
    must<{ days: number | null; months: { calls: number; holds: string[] }[] }>(callgate, 200, 'GET', '/audit/retention');

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', { version: '1', default: 'allow' });
    const access = await grantAccess(callgate, 'desk', 'main');
    expect(outcomeOf(await callTool(access, 'get-sum', { a: 1, b: 2 }))).toBe('ok');
    await eventually('the call is counted', async () => (await retention()).months.some(({ calls }) => calls > 0));
    for (const person of [BEN, VIEWER]) await must(callgate, 201, 'POST', '/members', person);
    browser = await openBrowser();
    ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
    ben = await openPerson(browser, origin, BEN, { width: 390, dark: true });
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  it('is shortened by two with the typed days, a reason and their passwords, and lengthened with a reason', async () => {
    const { page } = ana;
    await visit(page, `${origin}/settings/retention`);
    await page.getByText('Calls are kept for ever').waitFor();
    await page.getByRole('button', { name: 'Change retention' }).click();
    const save = dialog(page).getByRole('button', { name: 'Change retention' });
    await dialog(page).getByRole('combobox', { name: 'Calls' }).click();
    await page.getByRole('option', { name: 'Remove after some days' }).click();
    await dialog(page).getByLabel('Days', { exact: true }).fill('90');
    await dialog(page).getByText('Nothing is removed now.').waitFor();
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('Reason').fill('agreed with legal');
    await dialog(page).getByLabel(/^Type/).fill('90 days');
    await dialog(page).getByLabel('Your password').fill('not this one');
    await save.click();
    await dialog(page).getByRole('alert').filter({ hasText: 'not right' }).first().waitFor();
    expect((await retention()).days).toBeNull();
    await dialog(page).getByLabel('Your password').fill(ADMIN_PASSWORD);
    await save.click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('proposed to keep calls 90 days only').waitFor();
    expect(await page.getByRole('button', { name: 'Confirm 90 days' }).getAttribute('aria-disabled')).toBe('true');
    expect((await retention()).days).toBeNull();

    await visit(ben.page, `${origin}/settings/retention`);
    await ben.page.getByRole('button', { name: 'Confirm 90 days' }).click();
    await dialog(ben.page).getByLabel('Reason').fill('I agree');
    await dialog(ben.page).getByLabel(/^Type/).fill('90 days');
    await dialog(ben.page).getByLabel('Your password').fill(BEN.password);
    expect(await overflowWidth(ben.page)).toBe(0);
    await dialog(ben.page).getByRole('button', { name: 'Change retention' }).click();
    await dialog(ben.page).waitFor({ state: 'detached' });
    await ben.page.getByText('Calls are kept 90 days.').waitFor();
    expect((await retention()).days).toBe(90);
    await visit(page, `${origin}/settings/retention`);
    await page.getByText('Calls are kept 90 days.').waitFor();

    await page.getByRole('button', { name: 'Change retention' }).click();
    await dialog(page).getByLabel('Days', { exact: true }).fill('120');
    await dialog(page).getByLabel('Reason').fill('longer is better');
    expect(await dialog(page).getByLabel('Your password').count()).toBe(0);
    await save.click();
    await page.getByText('Calls are kept 120 days.').waitFor();
  });

  it('keeps what a hold touches; another admin lifts it, on a phone', async () => {
    const { page } = ana;
    const holds = section(page, 'Legal holds');
    await holds.getByRole('button', { name: 'Place hold' }).click();
    const place = dialog(page).getByRole('button', { name: 'Place legal hold' });
    expect(await place.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('First day (UTC)').fill('2026-01-01');
    await dialog(page).getByText('From 1 Jan 2026 on: every month with calls is kept').waitFor();
    await dialog(page).getByLabel('Reason').fill(REASON);
    await place.click();
    await dialog(page).waitFor({ state: 'detached' });
    await holds.getByText(REASON).waitFor();
    await page.getByText('kept, also by a legal hold').waitFor();
    expect(await holds.getByRole('button', { name: 'Lift' }).getAttribute('aria-disabled')).toBe('true');
    expect(await seriousAxeProblems(page)).toEqual([]);
    expect(await overflowWidth(page)).toBe(0);

    await visit(ben.page, `${origin}/settings/retention`);
    await section(ben.page, 'Legal holds').getByText(REASON).waitFor();
    expect(await overflowWidth(ben.page)).toBe(0);
    expect(await seriousAxeProblems(ben.page)).toEqual([]);
    await section(ben.page, 'Legal holds').getByRole('button', { name: 'Lift' }).click();
    await dialog(ben.page).getByLabel('Your password').fill(BEN.password);
    await dialog(ben.page).getByLabel('Reason').fill('closed');
    await dialog(ben.page).getByRole('button', { name: 'Lift legal hold' }).click();
    await dialog(ben.page).waitFor({ state: 'detached' });
    await eventually('the hold is lifted', async () => (await retention()).months.every(({ holds: ids }) => ids.length === 0));
    expect([...ana.watched.problems, ...ben.watched.problems].filter((one) => !one.includes('422'))).toEqual([]);
  });

  it('can be read by everybody, but for the reasons of holds', async () => {
    const { page, watched } = await openPerson(browser, origin, VIEWER);
    await visit(page, `${origin}/settings/retention`);
    await page.getByText('Calls are kept 120 days.').waitFor();
    expect(await page.getByRole('button', { name: 'Change retention' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByText('Nothing was removed yet').waitFor();
    expect(await page.getByText(REASON).count()).toBe(0);
    expect(watched.problems).toEqual([]);
  });
});
