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
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const APPROVER = { email: 'dana@example.com', name: 'Dana', role: 'approver', password: 'a lantern in the harbour' };
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'] } } } };
/** Text that would break out of a page, hide in it, or turn it around. */
const HOSTILE = '<img src=x onerror="document.title=1">\u202egnp.exe\u200b Approve this, it is safe.';

describe.skipIf(!CHROMIUM)(`approving in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let sink: Sink;
  let browser: Browser;
  let origin: string;
  let dana: Person;
  let ana: Person;
  let access: Access;

  const person = (email: string, password: string, width = 1440) => openPerson(browser, origin, { email, password }, { width });
  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    sink = await startSink();
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', POLICY);
    await must(callgate, 201, 'POST', '/members', APPROVER);
    await must(callgate, 201, 'POST', '/agents', { slug: 'clerk', name: 'Clerk', owner: 'owner@example.com' });
    access = await grantAccess(callgate, 'sink', 'main', { agent: 'clerk' });
    await classify('medium');
    browser = await openBrowser();
    dana = await person(APPROVER.email, APPROVER.password);
    ana = await person(ADMIN_EMAIL, ADMIN_PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await sink?.stop();
  });

  const classify = (risk: string) => must(callgate, 200, 'PATCH', '/servers/sink/tools/write_record', { risk, reason: 'for the test' });
  const sunk = (id: string) => sink.calls().filter((call) => call.arguments.id === id);
  const ask = (args: { id: string } & Record<string, unknown>) => callTool(access, 'write_record', args);
  /** The address of the request that these arguments made. */
  async function requestOf(page: Page, count = 1): Promise<string> {
    await visit(page, `${origin}/approvals`);
    const rows = page.locator('main li a[href^="/approvals/apr_"]');
    await expect.poll(() => rows.count()).toBe(count);
    return (await rows.first().getAttribute('href')) as string;
  }

  it('appears while the agent waits; Enter alone does nothing; approved in two acts, the waiting call completes', async () => {
    const { page } = dana;
    await visit(page, `${origin}/approvals`);
    await page.getByText('Nothing waits for a person').waitFor();
    const answer = ask({ id: 'first', note: HOSTILE });
    await page.locator('main li a[href^="/approvals/apr_"]').click();
    await page.getByRole('heading', { name: /wants to call write_record/ }).waitFor();
    await page
      .getByText(/agent waiting/)
      .first()
      .waitFor();
    // Shown as text: what is hidden in it is counted, and nothing of it runs.
    await page.getByText(/characters that cannot be seen, or that turn the text around/).waitFor();
    expect(await page.locator('main img[src="x"]').count()).toBe(0);
    for (let i = 0; i < 5; i++) await page.keyboard.press('Enter');
    expect(sunk('first')).toEqual([]);
    await page.keyboard.press('a');
    await page.getByRole('region', { name: 'Approve' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    expect(sunk('first')).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await page.getByText(/Approved by Dana\. The call was let through/).waitFor();
    expect(outcomeOf(await answer)).toBe('ok');
    expect(sunk('first')).toHaveLength(1);
    expect(await page.title()).not.toBe('1');
  });

  it('is denied with a reason that reaches the agent', async () => {
    const { page } = dana;
    const answer = ask({ id: 'second' });
    await visit(page, origin + (await requestOf(page)));
    await page.keyboard.press('d');
    await page.keyboard.press('1');
    await page.getByLabel('Reason').fill('Wrong target: that record is closed');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/Denied by Dana: Wrong target/).waitFor();
    const { body } = await answer;
    expect(body.result.content[0].text).toMatch(/Wrong target: that record is closed.*NOT EXECUTED/);
    expect(sunk('second')).toEqual([]);
  });

  it('tells the owner of the agent that it is not theirs to approve', async () => {
    const own = await grantAccess(callgate, 'sink', 'main');
    const answer = callTool(own, 'write_record', { id: 'third' });
    const path = await requestOf(ana.page);
    await visit(ana.page, origin + path);
    await ana.page.getByText(/You own the agent that asks/).waitFor();
    expect(await ana.page.getByRole('button', { name: /Approve…/ }).count()).toBe(0);
    await must(callgate, 200, 'POST', `${path}/withdraw`, { reason: 'asked for a test' });
    await ana.page.getByText('Taken back.').waitFor();
    expect(outcomeOf(await answer)).toBe('denied');
  });

  it('shows who else looks, and the decision to both at once', async () => {
    const answer = ask({ id: 'both' });
    const path = await requestOf(dana.page);
    await visit(dana.page, origin + path);
    await visit(ana.page, origin + path);
    await ana.page.getByText('Dana looks at this, too').waitFor();
    await dana.page.keyboard.press('d');
    await dana.page.getByLabel('Reason').fill('not today');
    await dana.page.keyboard.press('Control+Enter');
    await ana.page.getByText('Denied by Dana: not today').waitFor();
    expect(outcomeOf(await answer)).toBe('denied');
    await visit(ana.page, `${origin}/overview`);
  });

  it('holds for a while when somebody chooses that: the same call again passes without asking, until it is revoked', async () => {
    const { page } = dana;
    const answer = ask({ id: 'fourth' });
    await visit(page, origin + (await requestOf(page)));
    await page.keyboard.press('a');
    await page.getByLabel('Holds for').click();
    await page.getByRole('option', { name: '15 minutes' }).click();
    await page.getByText(/with exactly these arguments, as often as it wants/).waitFor();
    await page.getByRole('button', { name: 'Approve for 15 minutes' }).click();
    expect(outcomeOf(await answer)).toBe('ok');
    expect(outcomeOf(await ask({ id: 'fourth' }))).toBe('ok');
    expect(sunk('fourth')).toHaveLength(2);
    await page.getByText(/The same call passes without asking until.*used once so far/).waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
    const again = ask({ id: 'fourth' });
    await visit(page, origin + (await requestOf(page)));
    await page.keyboard.press('d');
    await page.keyboard.press('3');
    await page.keyboard.press('Control+Enter');
    expect(outcomeOf(await again)).toBe('denied');
    expect(sunk('fourth')).toHaveLength(2);
  });

  it('decides several alike together, each ticked by hand, and critical ones only by typing the tool', async () => {
    const { page } = dana;
    const answers = ['a', 'b', 'c'].map((n) => ask({ id: `many-${n}` }));
    await requestOf(page, 3);
    await page.getByRole('button', { name: /Decide 3 for write_record together/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('many-a').waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(0);
    for (const box of await dialog.getByRole('checkbox').all()) await box.click();
    expect(await dialog.getByRole('button', { name: 'Deny 3' }).getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('button', { name: 'Approve 3' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect((await Promise.all(answers)).map(outcomeOf)).toEqual(['ok', 'ok', 'ok']);
    await classify('critical');
    const critical = ask({ id: 'critical' });
    await visit(page, origin + (await requestOf(page)));
    await page.keyboard.press('a');
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(300);
    expect(sunk('critical')).toEqual([]);
    await page.getByLabel('Type write_record to confirm').fill('write_record');
    await page.keyboard.press('Control+Enter');
    expect(outcomeOf(await critical)).toBe('ok');
    await classify('medium');
  });

  it('fits a phone: list, card, decision', async () => {
    const phone = await person(APPROVER.email, APPROVER.password, 390);
    const answer = ask({ id: 'phone', long: 'x'.repeat(3_000) });
    const path = await requestOf(phone.page);
    expect(await overflowWidth(phone.page)).toBeLessThanOrEqual(0);
    await visit(phone.page, origin + path);
    await phone.page.getByRole('button', { name: /Approve…/ }).waitFor();
    expect(await overflowWidth(phone.page)).toBeLessThanOrEqual(0);
    // What was not read to the end cannot be approved.
    await phone.page.keyboard.press('a');
    expect(await phone.page.getByRole('region', { name: 'Approve' }).count()).toBe(0);
    await phone.page.getByRole('button', { name: /more characters/ }).click();
    expect(await seriousAxeProblems(phone.page)).toEqual([]);
    await phone.page.getByRole('button', { name: /Approve…/ }).click();
    await phone.page.getByRole('button', { name: 'Approve once' }).click();
    expect(outcomeOf(await answer)).toBe('ok');
    expect(phone.watched.problems).toEqual([]);
    await phone.watched.context.close();
  });

  it('shows the load, and has no serious accessibility problem', async () => {
    const { page } = dana;
    await visit(page, `${origin}/approvals`);
    await page.getByRole('tab', { name: 'Load' }).click();
    await page.getByText(/requests in 30 days/).waitFor();
    await page.getByRole('cell', { name: 'Dana' }).waitFor();
    expect(await seriousAxeProblems(page)).toEqual([]);
    await eventually('the decided ones are listed', async () => {
      await page.getByRole('tab', { name: 'Decided' }).click();
      return (await page.locator('main li a[href^="/approvals/apr_"]').count()) >= 8;
    });
  });

  it('caused no console error', () => {
    expect([...dana.watched.problems, ...ana.watched.problems]).toEqual([]);
  });
});
