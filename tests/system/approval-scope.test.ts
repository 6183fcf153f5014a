import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const APPROVER = { email: 'dana@example.com', name: 'Dana', role: 'approver', password: 'a lantern in the harbour' };
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'] } } } };
/** A name and a value that would break out of a page or turn it around. */
const HOSTILE = '<img src=x onerror="document.title=1">\u202egnp';

describe.skipIf(!CHROMIUM)(`approving for a while in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let sink: Sink;
  let browser: Browser;
  let origin: string;
  let dana: Person;
  let access: Access;

  const person = (width = 1440) => openPerson(browser, origin, APPROVER, { width });
  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    sink = await startSink();
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', POLICY);
    await must(callgate, 201, 'POST', '/members', APPROVER);
    await must(callgate, 201, 'POST', '/agents', { slug: 'clerk', name: 'Clerk', owner: 'owner@example.com' });
    access = await grantAccess(callgate, 'sink', 'main', { agent: 'clerk' });
    await must(callgate, 200, 'PATCH', '/servers/sink/tools/write_record', { risk: 'high', reason: 'for the test' });
    browser = await openBrowser();
    dana = await person();
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await sink?.stop();
  });

  const sunk = (id: string) => sink.calls().filter((call) => call.arguments.id === id);
  const ask = (args: { id: string } & Record<string, unknown>) => callTool(access, 'write_record', args);
  /** Opens the one request that waits. */
  async function openRequest(page: Page): Promise<void> {
    await visit(page, `${origin}/approvals`);
    const rows = page.locator('main li a[href^="/approvals/apr_"]');
    await expect.poll(() => rows.count(), { timeout: 15_000 }).toBe(1);
    await visit(page, origin + ((await rows.first().getAttribute('href')) as string));
  }
  async function loosen(page: Page, argument: string, bound: string): Promise<void> {
    await page.getByRole('combobox', { name: `What ${argument} may be` }).click();
    await page.getByRole('option', { name: bound }).click();
  }
  async function denyWaiting(page: Page): Promise<void> {
    await openRequest(page);
    await page.keyboard.press('d');
    await page.keyboard.press('3');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/Denied by Dana/).waitFor();
  }

  it('lets a smaller amount pass without asking, asks for a larger one, and asks again once it is revoked', async () => {
    const { page } = dana;
    const call = { id: 'refund', amount: 725, customer: 'cus_91', [HOSTILE]: HOSTILE };
    const answer = ask(call);
    await openRequest(page);
    await page.keyboard.press('a');
    await page.getByLabel('Holds for').click();
    await page.getByRole('option', { name: '15 minutes' }).click();
    const strip = page.getByRole('region', { name: 'Approve' });
    await strip.getByText(/with exactly these arguments, as often as it wants/).waitFor();
    await loosen(page, 'amount', 'this or less');
    await strip.getByText('amount at most 725', { exact: true }).waitFor();
    await strip.getByText(/customer exactly "cus_91"/).waitFor();
    expect(await page.locator('main img[src="x"]').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    expect(await seriousAxeProblems(page)).toEqual([]);
    await strip.getByRole('textbox', { name: /Reason/ }).fill('Month end');
    await page.keyboard.press('Control+Enter');
    expect(outcomeOf(await answer)).toBe('ok');
    expect(outcomeOf(await ask({ ...call, amount: 12 }))).toBe('ok');
    expect(sunk('refund').map((one) => one.arguments.amount)).toEqual([725, 12]);

    const larger = ask({ ...call, amount: 726 });
    await denyWaiting(page);
    expect(outcomeOf(await larger)).toBe('denied');

    await visit(page, `${origin}/agents/clerk?tab=exceptions`);
    const row = page.getByRole('listitem').filter({ hasText: 'write_record' });
    await row.getByText('amount at most 725').waitFor();
    await row.getByText('Month end').waitFor();
    await row.getByText(/Approved by\s*Dana.*used 1 time/).waitFor();
    await row.getByRole('button', { name: 'Revoke exception' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke exception' }).click();
    await page.getByText('No exception is active').waitFor();
    const again = ask({ ...call, amount: 11 });
    await denyWaiting(page);
    expect(outcomeOf(await again)).toBe('denied');
    expect(sunk('refund')).toHaveLength(2);
    const { body } = await callgate.api<{ items: { message: string }[] }>('GET', '/audit?agent=clerk&decision=allowed');
    expect(body.items[0]?.message).toMatch(/Approved by Dana \(exception exc_\w+ of apr_\w+\)/);
  });

  it('is chosen on a phone, too', async () => {
    const phone = await person(390);
    const answer = ask({ id: 'phone', amount: 5, [HOSTILE]: 'x'.repeat(300), deep: { one: 'text', two: [1] } });
    await openRequest(phone.page);
    await phone.page.getByRole('button', { name: /Approve…/ }).click();
    await phone.page.getByLabel('Holds for').click();
    await phone.page.getByRole('option', { name: '1 hour' }).click();
    await loosen(phone.page, 'deep.one', 'any text');
    await phone.page.getByText('deep.one any text', { exact: true }).waitFor();
    await phone.page.getByText(/One other argument stays exactly as shown/).waitFor();
    expect(await overflowWidth(phone.page)).toBeLessThanOrEqual(0);
    expect(await seriousAxeProblems(phone.page)).toEqual([]);
    await phone.page.getByRole('button', { name: 'Approve for 1 hour' }).click();
    expect(outcomeOf(await answer)).toBe('ok');
    expect(phone.watched.problems).toEqual([]);
    await phone.watched.context.close();
    expect(dana.watched.problems).toEqual([]);
  });
});
