import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { callTool } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const APPROVER = { email: 'cleo@example.com', name: 'Cleo', role: 'approver', password: 'seven quiet otters swim' };
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'], expires: '10m' } } } };

interface Told {
  readonly title: string;
  readonly body: string;
}
/** What a page's scripts can see of notifications: asked for or shown. Stands in for the desktop, which a test has none of. */
interface Desktop {
  asked: number;
  told: Told[];
  click(): void;
}

describe.skipIf(!CHROMIUM)(`people in front of the console hear of approvals${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let sink: Sink;
  let receiver: Server;
  let access: Access;
  let browser: Browser;
  let cleo: Watched;
  let page: Page;
  let origin: string;
  let serial = 0;
  const received: string[] = [];

  beforeAll(async () => {
    receiver = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      req.on('end', () => {
        received.push(body);
        res.writeHead(req.url === '/refuse' ? 403 : 200).end(req.url === '/refuse' ? 'invalid_token' : 'ok');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    sink = await startSink();
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', POLICY);
    access = await grantAccess(callgate, 'sink', 'main');
    await must(callgate, 201, 'POST', '/members', APPROVER);
    browser = await openBrowser();
    cleo = await openContext(browser, origin);
    await cleo.context.addInitScript(() => {
      // The empty page that every tab begins with has no storage.
      if (!window.location.protocol.startsWith('http')) return;
      const desktop: Desktop = { asked: 0, told: [], click: () => {} };
      class FakeNotification {
        static permission = window.localStorage.getItem('leave') ?? 'default';
        static async requestPermission() {
          desktop.asked += 1;
          window.localStorage.setItem('leave', 'granted');
          FakeNotification.permission = 'granted';
          return 'granted';
        }
        onclick: () => void = () => {};
        constructor(title: string, { body }: { body: string }) {
          desktop.told.push({ title, body });
          desktop.click = () => this.onclick();
        }
        close() {}
      }
      Object.assign(window, { Notification: FakeNotification, desktop });
      // The person looks at another window.
      document.hasFocus = () => false;
    });
    page = await cleo.context.newPage();
    page.setDefaultTimeout(20_000);
    await signIn(page, origin, APPROVER.email, APPROVER.password);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await sink?.stop();
    receiver?.closeAllConnections();
    await new Promise((resolve) => receiver?.close(resolve));
  });

  const pending = async () =>
    (await must<{ items: { id: string; digest: string }[] }>(callgate, 200, 'GET', '/approvals?status=pending')).items;
  async function ask(): Promise<{ id: string; digest: string }> {
    serial += 1;
    const before = new Set((await pending()).map(({ id }) => id));
    const gone = new AbortController();
    const call = callTool(access, 'write_record', { id: `call-${serial}` }, { signal: gone.signal }).catch(() => null);
    const asked = await eventually('the request is there', async () => (await pending()).find(({ id }) => !before.has(id)) ?? null);
    gone.abort();
    await call;
    return asked;
  }
  const withdraw = ({ id }: { id: string }) => must(callgate, 200, 'POST', `/approvals/${id}/withdraw`, {});
  const desktop = () => page.evaluate(() => (window as unknown as { desktop: Desktop }).desktop);
  const titleIs = (title: RegExp) => eventually(`the title is ${title}`, async () => title.test(await page.title()));
  const icon = () => page.locator('link[rel="icon"]').first().getAttribute('href');

  it('by title, icon, badge and toast as soon as a call asks, and no longer when it is over; leave is not asked for on load', async () => {
    await visit(page, `${origin}/overview`);
    expect(await page.title()).toMatch(/^Overview/);
    const plainIcon = await icon();
    const one = await ask();
    await titleIs(/^\(1\) Overview/);
    await page.getByRole('link', { name: /Approvals.*1.*waiting for you/ }).waitFor();
    expect(await icon()).toMatch(/^data:image\/svg\+xml,/);
    await page.getByText('A call waits for your decision').waitFor();
    expect(await desktop()).toMatchObject({ asked: 0, told: [] });
    // The count stays when the page changes.
    await page.getByRole('link', { name: 'Activity' }).first().click();
    await page.waitForURL(/\/activity/);
    await titleIs(/^\(1\) Activity/);
    await withdraw(one);
    await titleIs(/^Activity/);
    expect(await icon()).toBe(plainIcon);
    await page.getByRole('link', { name: /waiting for you/ }).waitFor({ state: 'detached' });
  });

  it('by notifications that were allowed by the button, and a click opens the request', async () => {
    await visit(page, `${origin}/approvals`);
    await page.getByRole('button', { name: 'Alerts' }).click();
    await page.getByRole('button', { name: 'Allow notifications' }).click();
    await page.getByRole('switch', { name: /Browser notifications/ }).waitFor();
    expect(await page.getByRole('switch', { name: /Sound/ }).getAttribute('aria-checked')).toBe('false');
    await page.getByRole('switch', { name: /Sound/ }).click();
    await page.getByRole('button', { name: 'Play the critical one' }).click();
    expect(await seriousAxeProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const one = await ask();
    const seen = await eventually('the notification', async () => {
      const { told, asked } = await desktop();
      return told.length > 0 ? { told, asked } : null;
    });
    expect(seen).toEqual({
      asked: 1,
      told: [{ title: 'A call waits for your decision', body: `${access.agent} wants to call write_record on sink.` }],
    });
    // On the page itself there is no toast.
    expect(await page.locator('[data-sonner-toast]').count()).toBe(0);
    await page.evaluate(() => (window as unknown as { desktop: Desktop }).desktop.click());
    await page.waitForURL(`${origin}/approvals/${one.id}`);
    // Kept in this browser, and nothing is told again after a reload.
    await visit(page, `${origin}/overview`);
    await titleIs(/^\(1\) /);
    expect(await desktop()).toMatchObject({ asked: 0, told: [] });
    await withdraw(one);
    await titleIs(/^Overview/);
    expect(cleo.problems).toEqual([]);
  });

  it('and an admin adds a channel, tests it, reads the log and sends again', async () => {
    const ana = await openContext(browser, origin);
    const own = await ana.context.newPage();
    own.setDefaultTimeout(20_000);
    await signIn(own, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
    await visit(own, `${origin}/settings/notifications`);
    await own.getByText('Nobody is told outside of the console').waitFor();
    await own.getByRole('button', { name: 'Add channel' }).click();
    const dialog = own.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Pager');
    await dialog.getByLabel('Address').fill('http://10.0.0.8/hook');
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog
      .getByText(/10\.0\.0\.8/)
      .first()
      .waitFor();
    expect(await seriousAxeProblems(own)).toEqual([]);
    const port = (receiver.address() as AddressInfo).port;
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${port}/refuse`);
    expect(await dialog.getByLabel('Signing secret').inputValue()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Add channel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await own.getByRole('button', { name: 'Test Pager' }).click();
    await own.getByText('The test was not taken.').waitFor();
    await own.getByText('HTTP 403: invalid_token').first().waitFor();
    await own.getByRole('row').filter({ hasText: 'Test of the channel' }).getByText('Failed').click();
    const details = own.getByRole('complementary', { name: 'Details' });
    await details.getByText('HTTP 403: invalid_token').waitFor();
    expect(await seriousAxeProblems(own)).toEqual([]);
    await own.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await own.getByRole('button', { name: 'Actions for Pager' }).click();
    await own.getByRole('menuitem', { name: 'Edit channel' }).click();
    expect(await dialog.getByLabel('Address').inputValue()).toBe('');
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${port}/taken`);
    await dialog.getByRole('button', { name: 'Save channel' }).click();
    await dialog.waitFor({ state: 'detached' });
    const one = await ask();
    await eventually('the message comes', () => received.some((body) => body.includes(one.id)));
    const row = own.getByRole('row').filter({ hasText: 'write_record' }).filter({ hasText: 'Delivered' });
    await row.first().waitFor();
    await row.getByRole('button', { name: 'Send again' }).click();
    await eventually('it comes again', () => received.filter((body) => body.includes(one.id)).length === 2);
    await withdraw(one);
    for (const width of [1440, 1024, 390]) {
      for (const dark of [false, true]) {
        const look = await openContext(browser, origin, { width, dark, storageState: await ana.context.storageState() });
        const small = await look.context.newPage();
        await visit(small, `${origin}/settings/notifications`);
        await small.getByText('Delivery log').waitFor();
        expect([width, dark, await overflowWidth(small), await seriousAxeProblems(small), look.problems]).toEqual([width, dark, 0, [], []]);
        await look.context.close();
      }
    }
    expect(ana.problems.filter((problem) => !/status of 422/.test(problem))).toEqual([]);
    await ana.context.close();
  }, 120_000);

  it('and nobody else sees the channels', async () => {
    await visit(page, `${origin}/settings/notifications`);
    await page.getByText('Your role does not include notification channels').waitFor();
    await page.getByText('Ask someone who is Admin.').waitFor();
  });
});
