import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const PASSWORD = 'a lantern in the harbour';
const DANA = { email: 'dana@example.com', name: 'Dana', role: 'approver', password: PASSWORD };
const BEN = { email: 'ben@example.com', name: 'Ben', role: 'approver', password: PASSWORD };
const OLGA = { email: 'olga@example.com', name: 'Olga', role: 'viewer', password: PASSWORD };
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'] } } } };
const HOSTILE = '<img src=x onerror="document.title=1">\u202egnp.exe\u200b';

describe.skipIf(!CHROMIUM)(`deciding together with others, in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let sink: Sink;
  let browser: Browser;
  let origin: string;
  let access: Access;
  const people: Watched[] = [];

  async function person(who: { email: string; password: string }, width = 1440): Promise<Page> {
    const { watched, page } = await openPerson(browser, origin, who, { width });
    people.push(watched);
    return page;
  }
  beforeAll(async () => {
    // The call is held for as long as people take here.
    callgate = await startCallgate({ env: { CALLGATE_APPROVAL_HOLD_SECONDS: '240' } });
    origin = `http://localhost:${callgate.port}`;
    sink = await startSink();
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', POLICY);
    for (const one of [DANA, BEN, OLGA]) await must(callgate, 201, 'POST', '/members', one);
    await must(callgate, 201, 'POST', '/agents', { slug: 'clerk', name: 'Clerk', owner: OLGA.email });
    access = await grantAccess(callgate, 'sink', 'main', { agent: 'clerk' });
    await must(callgate, 200, 'PATCH', '/servers/sink/tools/write_record', { risk: 'high', reason: 'for the test' });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await sink?.stop();
  });

  const ask = (args: { id: string } & Record<string, unknown>) => callTool(access, 'write_record', args);
  const sunk = (id: string) => sink.calls().filter((call) => call.arguments.id === id);
  const rows = (page: Page) => page.locator('main li a[href^="/approvals/apr_"]');
  const card = (page: Page) => page.getByRole('article');

  it('asks, is answered, extends, hands over and approves, while the call waits', async () => {
    const [dana, ben, olga] = [await person(DANA), await person(BEN), await person(OLGA)];
    await must(callgate, 200, 'PUT', '/servers/sink/tools/write_record/sentence', { template: 'Write {id} with the note {note}' });
    const answer = ask({ id: 'first', note: HOSTILE });
    await visit(dana, `${origin}/approvals`);
    // The list has the sentence without values; the card has them, inert.
    await rows(dana).filter({ hasText: 'Write id with the note note' }).click();
    await card(dana).getByText('Write first with the note').waitFor();
    expect(await dana.locator('main img[src="x"]').count()).toBe(0);
    const path = new URL(dana.url()).pathname;
    await visit(olga, origin + path);
    await olga.getByText(/You own the agent that asks|Deciding needs the role/).waitFor();

    await dana.keyboard.press('r');
    await dana.keyboard.type(`Why this record? ${HOSTILE}`);
    await dana.keyboard.press('Control+Enter');
    await olga.getByText(/Why this record\?/).waitFor();
    await olga.getByLabel('Your answer').fill('Ticket 8812.');
    await olga.getByRole('button', { name: 'Send answer' }).click();
    await dana.getByText('Ticket 8812.').waitFor();
    await dana.getByText('owner of the agent', { exact: true }).waitFor();
    for (const page of [dana, olga]) expect(await page.title()).not.toBe('1');

    const expiresAt = async () => Date.parse((await must<{ expiresAt: string }>(callgate, 200, 'GET', path)).expiresAt);
    const before = await expiresAt();
    await dana.getByRole('heading', { name: /wants to call/ }).click();
    await dana.keyboard.press('e');
    await expect.poll(expiresAt).toBe(before + 300_000);
    await dana.getByText(/1[0-5]:\d\d left, then denied/).waitFor();

    await dana.keyboard.press('h');
    const hand = dana.getByRole('region', { name: 'Ask somebody else' });
    await hand.getByLabel('Who should decide').click();
    await dana.getByRole('option', { name: /Ben/ }).click();
    await hand.getByRole('button', { name: 'Ask this person' }).click();
    await card(dana)
      .getByText(/For Ben, asked by Dana/)
      .waitFor();
    await visit(ben, `${origin}/approvals`);
    await ben.getByRole('button', { name: 'Asked of me' }).click();
    expect(new URL(ben.url()).search).toBe('?mine=1');
    await rows(ben).filter({ hasText: 'for Ben, asked by Dana' }).click();

    // Somebody else decides while Dana is about to: she is told, and the focus is not lost.
    await dana.getByRole('heading', { name: /wants to call/ }).click();
    await dana.keyboard.press('a');
    await dana.getByRole('region', { name: 'Approve' }).waitFor();
    await ben.getByRole('heading', { name: /wants to call/ }).waitFor();
    await ben.keyboard.press('a');
    await ben.keyboard.press('Control+Enter');
    await dana.getByText(/Approved by Ben\. The call was let through/).waitFor();
    await expect.poll(() => dana.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    expect(outcomeOf(await answer)).toBe('ok');
    expect(sunk('first')).toHaveLength(1);

    const { items } = await must<{ items: { action: string; actor: { name: string } }[] }>(
      callgate,
      200,
      'GET',
      '/changes?entity=approval&limit=100',
    );
    const told = items.map(({ action }) => action);
    for (const action of ['approval.comment', 'approval.extend', 'approval.assign', 'approval.approve']) expect(told).toContain(action);
  });

  it('puts a request aside for one person, by keyboard alone, and brings it back', async () => {
    const dana = await person(DANA);
    const answer = ask({ id: 'second' });
    await visit(dana, `${origin}/approvals`);
    await rows(dana).first().focus();
    await dana.keyboard.press('Enter');
    await dana.getByRole('heading', { name: /wants to call/ }).waitFor();
    await dana.keyboard.press('s');
    await dana.getByRole('group', { name: 'Snooze for' }).waitFor();
    await dana.keyboard.press('Enter');
    await dana.getByText(/Aside for you until/).waitFor();
    await dana.getByRole('button', { name: 'Snoozed (1)' }).waitFor();
    expect(await seriousAxeProblems(dana)).toEqual([]);
    await pressUntil(dana, 'Tab', () => dana.evaluate(() => document.activeElement?.textContent === 'Bring back'));
    await dana.keyboard.press('Enter');
    await dana.getByRole('button', { name: 'Snoozed (1)' }).waitFor({ state: 'detached' });
    await dana.getByRole('heading', { name: /wants to call/ }).click();
    await dana.keyboard.press('l');
    await expect.poll(() => dana.evaluate(() => navigator.clipboard.readText())).toBe(dana.url());
    await dana.keyboard.press('d');
    await dana.keyboard.press('3');
    await dana.keyboard.press('Control+Enter');
    expect(outcomeOf(await answer)).toBe('denied');
  });

  it('leaves room on a phone for what the decision covers', async () => {
    const phone = await person(DANA, 390);
    const answer = ask({ id: 'third' });
    await visit(phone, `${origin}/approvals`);
    await rows(phone).first().click();
    await phone.getByRole('button', { name: /Approve…/ }).click();
    await phone.getByRole('region', { name: 'Approve' }).waitFor();
    expect(await overflowWidth(phone)).toBeLessThanOrEqual(0);
    await phone.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const gap = async () => {
      const last = await card(phone).locator('> section').last().boundingBox();
      const panel = await phone.getByRole('heading', { name: 'Your decision' }).boundingBox();
      return (panel?.y ?? 0) - ((last?.y ?? 0) + (last?.height ?? 0));
    };
    await expect.poll(gap).toBeGreaterThan(0);
    expect(await seriousAxeProblems(phone)).toEqual([]);
    await phone.getByRole('button', { name: 'Approve once' }).click();
    expect(outcomeOf(await answer)).toBe('ok');
  });

  it('takes a sentence on the page of a tool, and says what is wrong with another one', async () => {
    const ana = await person({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
    await visit(ana, `${origin}/tools`);
    await ana
      .getByRole('cell', { name: /write_record/ })
      .first()
      .click();
    const field = ana.getByLabel('Sentence for approvers');
    await field.fill('Write {id');
    await ana.getByRole('button', { name: 'Save sentence' }).click();
    await ana.getByText('A `{` is not closed. Write placeholders as {name}.').waitFor();
    await field.fill('Store {id}');
    await ana.getByRole('button', { name: 'Save sentence' }).click();
    await ana.getByText('Calls are told by this sentence now').waitFor();
    const { template } = await must<{ template: string }>(callgate, 200, 'GET', '/servers/sink/tools/write_record/sentence');
    expect(template).toBe('Store {id}');
  });

  it('caused no console error', () => {
    expect(people.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
