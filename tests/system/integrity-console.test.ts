import pg from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { startWaywardUpstream, type WaywardUpstream } from '../fixtures/upstreams/wayward-upstream';
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
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const TOOL = { name: 'pay', description: 'Pays an invoice.', inputSchema: { type: 'object', properties: { n: { type: 'number' } } } };
type Events = { items: { id: string; outcome: string | null }[] };

describe.skipIf(!CHROMIUM)(`the integrity of the trail in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let upstream: WaywardUpstream;
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let access: Access;
  let ana: Person;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Pool({ ...database.poolConfig, max: 1 });
    upstream = await startWaywardUpstream([TOOL], 10);
    callgate = await startCallgate({ env: { DATABASE_URL: database.url } });
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, httpServer('shop', upstream.port));
    await publish(callgate, 'shop', 'main', { version: '1', default: 'deny', tools: { pay: {} } });
    access = await grantAccess(callgate, 'shop', 'main');
    for (let n = 0; n < 5; n++) expect(outcomeOf(await callTool(access, 'pay', { n }))).toBe('ok');
    browser = await openBrowser();
    ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await upstream?.stop();
    await owner?.end();
    await database?.drop();
  });

  /** As somebody could who has the database itself: past the triggers. */
  async function tamper(sql: string, values: unknown[]): Promise<void> {
    await owner.query("SET session_replication_role = 'replica'");
    expect((await owner.query(sql, values)).rowCount).toBe(1);
    await owner.query("SET session_replication_role = 'origin'");
  }
  const events = async (query = '') => (await must<Events>(callgate, 200, 'GET', `/audit?method=tools/call${query}`)).items;

  it('is verified by a button, and says that it holds', async () => {
    const { page } = ana;
    await visit(page, `${origin}/activity/integrity`);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('The trail holds: nothing was changed, removed or put in').waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    expect(await overflowWidth(page)).toBe(0);
  });

  it('names the row that somebody with the database changed, and holds again once it is as it was', async () => {
    const { page } = ana;
    const [row] = await events();
    await tamper("UPDATE audit_events SET decision = 'denied' WHERE id = $1", [row?.id]);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('The trail does not hold: 1 problem').waitFor();
    expect(await page.locator(`a[href$="/${row?.id}"]`).count()).toBeGreaterThan(0);
    await tamper("UPDATE audit_events SET decision = 'allowed' WHERE id = $1", [row?.id]);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('The trail holds: nothing was changed, removed or put in').waitFor();
  });

  it('lists a call of which nobody knows how it ended, until a person who looked says so', async () => {
    const { page } = ana;
    upstream.hangsUp = true;
    await callTool(access, 'pay', { n: 99 });
    upstream.hangsUp = false;
    const unknown = await eventually('the outcome in the trail', async () => (await events('&outcome=unknown'))[0] ?? null);
    await visit(page, `${origin}/activity/${unknown.id}`);
    await page.getByRole('button', { name: 'Reconcile', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Reconcile this call' });
    await dialog.getByLabel('How you found out').fill('The invoice is paid in the books of the shop.');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('It ran and succeeded').check();
    expect(await seriousAxeProblems(page)).toEqual([]);
    await confirm.click();
    await page.getByText('The outcome was added to the trail').waitFor();
    await page.getByText('The invoice is paid in the books of the shop.').first().waitFor();
    expect((await events()).find(({ id }) => id === unknown.id)?.outcome).toBe('ok');
    await visit(page, `${origin}/activity/integrity`);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('The trail holds: nothing was changed, removed or put in').waitFor();
    expect(ana.watched.problems).toEqual([]);
  });
});
