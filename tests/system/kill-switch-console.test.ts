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
import { type Access, grantAccess, must, publish, register, stdioServer } from './support/provision';

const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'a lantern in the harbour' };
const REASON = 'sums are wrong <b>today</b>';

describe.skipIf(!CHROMIUM)(`the kill switch in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
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
    await publish(callgate, 'desk', 'main', { version: '1', default: 'allow' });
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
  const banner = (page: Page) => page.getByRole('alert').filter({ hasText: 'The kill switch stops' });
  /** Lifts what the page's own button or list names, as people do. */
  async function lift(page: Page, label: string): Promise<void> {
    const confirm = dialog(page).getByRole('button', { name: /^Lift the stop of/ });
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('Reason').fill('mended');
    await dialog(page).getByLabel(/^Type/).fill(label);
    await dialog(page).getByLabel('Your password').fill('not this one');
    await confirm.click();
    await dialog(page).getByText('The current password is not right.').waitFor();
    await dialog(page).getByLabel('Your password').fill(ADMIN_PASSWORD);
    await confirm.click();
    await dialog(page).waitFor({ state: 'detached' });
  }

  it('is three key presses away, asks for a reason, and shows on every page of everybody until it is lifted', async () => {
    const { page } = ana;
    expect(await sum()).toBe('ok');
    await visit(page, `${origin}/policies`);
    for (const key of ['Control+k', 'k', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL(/\/kill-switch\?engage=1/);
    const stop = dialog(page).getByRole('button', { name: 'Stop all calls' });
    await stop.waitFor();
    expect(await stop.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('Reason').fill(REASON);
    await stop.click();
    await banner(page).waitFor();
    expect(await sum()).toBe('denied');
    await banner(vi.page).waitFor();
    expect(await banner(vi.page).textContent()).toContain(REASON);
    await visit(vi.page, `${origin}/tools`);
    await banner(vi.page).waitFor();
    expect(await overflowWidth(vi.page)).toBe(0);
    await vi.page.getByRole('link', { name: 'Open kill switch' }).click();
    await vi.page.getByRole('button', { name: 'Lift' }).waitFor();
    expect(await vi.page.getByRole('button', { name: 'Lift' }).getAttribute('aria-disabled')).toBe('true');
    expect(await overflowWidth(vi.page)).toBe(0);
    expect(await seriousAxeProblems(vi.page)).toEqual([]);

    await page.getByRole('button', { name: 'Lift', exact: true }).click();
    expect(await seriousAxeProblems(page)).toEqual([]);
    await lift(page, 'all');
    await banner(page).waitFor({ state: 'detached' });
    await banner(vi.page).waitFor({ state: 'detached' });
    expect(await sum()).toBe('ok');
    await page.getByText('mended').first().waitFor();
  });

  it('stops and frees a server, an agent and a tool from their own pages', async () => {
    const { page } = ana;
    for (const [path, label] of [
      ['/servers/desk', 'desk'],
      [`/agents/${access.agent}`, access.agent],
      ['/tools?sel=desk/get-sum', 'desk/get-sum'],
    ] as const) {
      await visit(page, `${origin}${path}`);
      if (path.startsWith('/tools')) await page.getByText('get-sum').first().click();
      await page.getByRole('button', { name: 'Stop calls' }).click();
      await dialog(page).getByLabel('Reason').fill('look into it');
      await dialog(page)
        .getByRole('button', { name: /^Stop / })
        .click();
      await banner(page).waitFor();
      expect(await banner(page).textContent()).toContain(label);
      await eventually('the call is refused', async () => (await sum()) === 'denied');
      await page.getByRole('button', { name: 'Lift the stop' }).click();
      await lift(page, label);
      await eventually('the call passes', async () => (await sum()) === 'ok');
    }
    expect(ana.watched.problems.filter((line) => !line.includes('422'))).toEqual([]);
    expect(vi.watched.problems).toEqual([]);
  });
});
