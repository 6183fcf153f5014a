import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absoluteTime } from '@/components/shared/format';
import { timeToInput } from '@/components/shared/time-input';
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

const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'seven quiet otters at sea' };
/** Half an hour off the full hour, all year. */
const ZONE = 'Asia/Kolkata';
const MINUTE_MS = 60_000;

describe.skipIf(!CHROMIUM)(`the time zone in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let ana: Person;
  let page: Page;
  /** The call that is looked at, newest first. */
  let call: { id: string; at: string };

  const rows = () => page.getByRole('table', { name: 'Calls' }).locator('tr[data-row]');
  const dialog = (of: Page) => of.getByRole('dialog');
  const chosen = () => page.evaluate(() => window.localStorage.getItem('callgate.zone'));
  const showIn = async (of: Page, name: RegExp) => {
    await of.getByRole('button', { name: /^Time zone:/ }).click();
    await of.getByRole('menuitemradio', { name }).click();
  };
  /** What the list says of a time on the pointer. */
  const tipOf = async (time: Locator) => {
    await page.mouse.move(0, 0);
    await time.hover();
    return page.getByRole('tooltip').textContent();
  };
  const picker = () => page.getByRole('button', { name: /^Last 24 hours$|^\d+ \w+ \d{4}, .* to / });
  const typeRange = async (from: string, to: string) => {
    await picker().click();
    await page.getByLabel(`From, ${ZONE}`).fill(from);
    await page.getByLabel(`To, ${ZONE}`).fill(to);
    await page.getByRole('button', { name: 'Apply range' }).click();
  };

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', { version: '1', default: 'allow' });
    const access = await grantAccess(callgate, 'desk', 'main');
    for (let n = 0; n < 3; n++) expect(outcomeOf(await callTool(access, 'get-sum', { a: n, b: 2 }))).toBe('ok');
    await must(callgate, 201, 'POST', '/members', VIEWER);
    await eventually('the calls are listed', async () => {
      const { items } = await must<{ items: { id: string; at: string }[] }>(callgate, 200, 'GET', '/audit?method=tools/call');
      if (items[0]) call = items[0];
      return items.length === 3;
    });
    browser = await openBrowser();
    ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
    page = ana.page;
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  it('is chosen by an admin by searching, with the clock there beforehand', async () => {
    await visit(page, `${origin}/settings/appearance`);
    await page.getByText('never; UTC unless told').waitFor();
    await page.getByRole('button', { name: 'Change time zone' }).click();
    const save = dialog(page).getByRole('button', { name: 'Set time zone' });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await dialog(page).getByLabel('Search time zone').fill('new york');
    await dialog(page).getByRole('option', { name: 'America/New_York' }).waitFor();
    await dialog(page).getByLabel('Search time zone').fill('kolkata');
    await dialog(page).getByRole('option', { name: ZONE }).click();
    await eventually(
      'the clock there is shown',
      async () => (await dialog(page).locator('[data-zone-now]').textContent())?.includes('UTC+5:30') === true,
    );
    expect(await seriousAxeProblems(page)).toEqual([]);
    await save.click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText(/^by /).waitFor();
    expect((await must<{ timeZone: string }>(callgate, 200, 'GET', '/workspace')).timeZone).toBe(ZONE);
  });

  it('shows the same call by the same clock in the list, on its page and in the chart', async () => {
    const callMs = Date.parse(call.at);
    await showIn(page, /^UTC/);
    await visit(page, `${origin}/activity?method=tools/call`);
    await rows().first().waitFor();
    const time = page.locator(`tr[data-row] time[datetime="${call.at}"]`);
    expect(await tipOf(time)).toBe(`${absoluteTime(callMs, 'UTC', 'ms')} UTC`);

    await showIn(page, /^Workspace \(Asia\/Kolkata\)/);
    await page.getByRole('button', { name: `Time zone: ${ZONE}` }).waitFor();
    expect(await chosen()).toBe('workspace');
    expect(await tipOf(time)).toBe(`${absoluteTime(callMs, ZONE, 'ms')} UTC+5:30`);

    await page.reload();
    await rows().first().waitFor();
    expect(await tipOf(time)).toBe(`${absoluteTime(callMs, ZONE, 'ms')} UTC+5:30`);
    await page.getByText(/^per .*, UTC\+5:30$/).waitFor();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const bars = page.getByRole('region', { name: 'Calls by outcome as a table' });
    const quarter = Math.floor(callMs / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
    await bars.getByRole('rowheader', { name: `${absoluteTime(quarter, ZONE, 'minutes')} UTC+5:30` }).waitFor();

    await visit(page, `${origin}/activity/${call.id}`);
    await page
      .getByText(`${absoluteTime(callMs, ZONE, 'ms')} UTC+5:30`)
      .first()
      .waitFor();
  });

  it('takes a range by that clock, and finds the calls of it', async () => {
    const minute = Math.floor(Date.parse(call.at) / MINUTE_MS) * MINUTE_MS;
    const text = (atMs: number) => timeToInput(new Date(atMs).toISOString(), ZONE);
    await visit(page, `${origin}/activity?method=tools/call`);
    await rows().first().waitFor();
    await typeRange(text(minute - 5 * MINUTE_MS), text(minute + MINUTE_MS));
    await page.waitForURL((url) => url.searchParams.get('to') === new Date(minute + MINUTE_MS).toISOString());
    await eventually('the calls of the time are listed', async () => (await rows().count()) === 3);
    // The same texts by UTC are five and a half hours later.
    await typeRange(text(minute - 335 * MINUTE_MS), text(minute - 329 * MINUTE_MS));
    await eventually('no call was made then', async () => (await rows().count()) === 0);
    // What is typed stays the moment that it was when the clock is another.
    await showIn(page, /^UTC/);
    await picker().click();
    expect(await page.getByLabel('From, UTC').inputValue()).toBe(timeToInput(new Date(minute - 335 * MINUTE_MS).toISOString(), 'UTC'));
    await page.keyboard.press('Escape');
  });

  it('says which of two times is meant where the clock is set back, and draws both hours', async () => {
    await must(callgate, 200, 'PUT', '/workspace', { timeZone: 'Europe/Berlin' });
    await page.evaluate(() => window.localStorage.setItem('callgate.zone', 'workspace'));
    await visit(page, `${origin}/activity?from=2026-10-24T12:00:00.000Z&to=2026-10-25T12:00:00.000Z`);
    await page.getByText(/^per 15 min, UTC\+2, then UTC\+1$/).waitFor();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    for (const offset of ['UTC+2', 'UTC+1']) await page.getByRole('rowheader', { name: `25 Oct 2026, 02:00 ${offset}` }).waitFor();
    await picker().click();
    await page.getByLabel('From, Europe/Berlin').fill('2026-10-25T02:30');
    await page.getByText('The clock is set back and shows 02:30 twice. The first, UTC+2, is taken.').waitFor();
    await page.getByRole('button', { name: 'Take the second, UTC+1' }).click();
    await page.getByRole('button', { name: 'Apply range' }).click();
    await page.waitForURL((url) => url.searchParams.get('from') === '2026-10-25T01:30:00.000Z');
  });

  it('is seen by everybody and changed by admins, also on a phone in the dark', async () => {
    const vi = await openPerson(browser, origin, VIEWER, { width: 390, dark: true });
    await visit(vi.page, `${origin}/settings/appearance`);
    await vi.page.getByText('Europe/Berlin').first().waitFor();
    expect(await vi.page.getByRole('button', { name: 'Change time zone' }).getAttribute('aria-disabled')).toBe('true');
    await showIn(vi.page, /^Workspace/);
    await vi.page.getByRole('button', { name: 'Time zone: Europe/Berlin' }).waitFor();
    expect(await overflowWidth(vi.page)).toBe(0);
    expect(await seriousAxeProblems(vi.page)).toEqual([]);
    expect([...ana.watched.problems, ...vi.watched.problems]).toEqual([]);
  });
});
