import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import { CHROMIUM, openBrowser, openPerson, type Person, visit, WITHOUT_CHROMIUM } from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool, outcomeOf } from './support/calls';
import { type Access, grantAccess, must, publish, register, stdioServer } from './support/provision';

const AUTHOR = { email: 'bo@example.com', name: 'Bo', role: 'author', password: 'a lantern in the harbour' };
const BASE = `{
  "version": "1",
  "default": "deny",
  "tools": {
    // sums are small here
    "get-sum": { "deny_if": [{ "path": "args.a", "op": "gt", "value": 100, "on_deny": "Small sums only." }] },
    "echo": {}
  }
}
`;

describe.skipIf(!CHROMIUM)(`publishing in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let ana: Person;
  let bo: Person;
  let access: Access;
  const policy = '/servers/desk/policies/main';
  const at = (query = '') => `${origin}/policies/desk/main${query}`;

  const person = (email: string, password: string) => openPerson(browser, origin, { email, password });

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', BASE);
    access = await grantAccess(callgate, 'desk', 'main');
    await must(callgate, 201, 'POST', '/members', AUTHOR);
    browser = await openBrowser();
    ana = await person(ADMIN_EMAIL, ADMIN_PASSWORD);
    bo = await person(AUTHOR.email, AUTHOR.password);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const token = (page: Page, id: string) => page.locator(`[data-token="${id}"]`);
  const detail = () =>
    must<{ live: { version: number }; liveText: string; draft: { text: string } | null; mode: string }>(callgate, 200, 'GET', policy);
  /** Changes the bound of the sum rule in the builder. */
  async function setBound(page: Page, value: string): Promise<void> {
    await token(page, '/tools/get-sum/deny_if/0/value').click();
    await page.keyboard.type(value);
    await page.keyboard.press('Enter');
    await expect.poll(() => token(page, '/tools/get-sum/deny_if/0/value').textContent()).toContain(value);
  }
  async function openBuilder(page: Page): Promise<void> {
    await visit(page, at('?at=/tools/get-sum'));
    await page.locator('.monaco-editor .view-line').first().waitFor();
    await token(page, '/tools/get-sum/deny_if/0/value').waitFor();
  }
  async function publishReviewed(page: Page, button: RegExp, comment: string): Promise<void> {
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByTestId('review');
    await review.getByLabel('Comment').fill(comment);
    await review.getByRole('button', { name: button }).click();
  }

  it('shows on one screen what changes, what it would have done to recorded calls, and whom it reaches', async () => {
    for (const a of [1, 150, 20, 400]) await callTool(access, 'get-sum', { a, b: 1 });
    await openBuilder(ana.page);
    await setBound(ana.page, '200');
    await ana.page.getByRole('button', { name: 'Review and publish' }).click();
    const review = ana.page.getByTestId('review');
    const words = review.getByTestId('change-words').locator('li');
    await words.first().waitFor();
    expect(await words.first().getAttribute('data-effect')).toBe('loosens');
    expect(await words.first().textContent()).toMatch(/200/);
    expect(await review.textContent()).toMatch(/1 grant of 1 agent follow/);
    await review.getByRole('button', { name: 'Simulate the last 7 days' }).click();
    const summary = review.getByTestId('impact-summary');
    await summary.waitFor({ timeout: 60_000 });
    expect(await summary.textContent()).toMatch(/1 of 4 recorded calls change.*1 newly allowed/);
    await review.getByText('4 calls, 1 changes').waitFor();
    await review.getByLabel('Comment').fill('Sums up to 200');
    await review.getByRole('button', { name: 'Publish version 2' }).click();
    await ana.page.getByText('Version 2 is live').waitFor();
    expect((await detail()).liveText).toBe(BASE.replace('100,', '200,'));
  });

  it('tells which node enforces it and compares what happens with the forecast', async () => {
    expect(outcomeOf(await callTool(access, 'get-sum', { a: 150, b: 1 }))).toBe('ok');
    await visit(ana.page, at('?tab=versions'));
    await expect
      .poll(() => ana.page.getByTestId('enforcement').textContent(), { timeout: 20_000 })
      .toContain('1 of 1 gateway node enforces version 2.');
    await expect.poll(() => ana.page.getByTestId('watch').textContent()).toMatch(/Version 2, live .*expected by its simulation/);
  });

  it('rolls back in two actions, with the old text as a new version', async () => {
    await ana.page.getByTestId('watch').getByRole('button', { name: 'Roll back to v1' }).click();
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Roll back to version 1' }).click();
    await ana.page.getByText('Version 3 is live').waitFor();
    expect((await detail()).liveText).toBe(BASE);
    await expect.poll(async () => outcomeOf(await callTool(access, 'get-sum', { a: 150, b: 1 }))).toBe('denied');
  });

  it('joins what two people changed in different places, and keeps both', async () => {
    await openBuilder(ana.page);
    await openBuilder(bo.page);
    await setBound(ana.page, '90');
    await bo.page.locator('[data-row="tool:echo"]').click();
    await bo.page.getByRole('radiogroup', { name: 'State' }).getByRole('radio', { name: 'Deny' }).click();
    await ana.page.getByRole('button', { name: 'Save draft' }).click();
    await ana.page.getByText('Draft saved').first().waitFor();
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    const dialog = bo.page.getByRole('dialog');
    await dialog.getByText('saved this draft meanwhile').waitFor();
    await dialog.getByText('Both can be kept').waitFor();
    await dialog.getByRole('button', { name: 'Keep both' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect
      .poll(async () => (await detail()).draft?.text)
      .toBe(BASE.replace('100,', '90,').replace('"echo": {}', '"echo": { "action": "deny" }'));
    // The other editor, which had nothing unsaved, follows.
    await ana.page.locator('[data-row="tool:echo"]').getByText('Denied').waitFor();
  });

  it('asks where both changed the same place, and overwrites nothing unasked', async () => {
    await openBuilder(ana.page);
    await openBuilder(bo.page);
    await setBound(ana.page, '70');
    await setBound(bo.page, '80');
    await ana.page.getByRole('button', { name: 'Save draft' }).click();
    await ana.page.getByText('Draft saved').first().waitFor();
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    const dialog = bo.page.getByRole('dialog');
    await dialog.getByText('1 place changed on both sides').waitFor();
    await dialog.getByRole('cell', { name: '/tools/get-sum/deny_if' }).waitFor();
    await dialog.getByRole('button', { name: 'Go on editing' }).click();
    expect((await detail()).draft?.text).toContain('70,');
    expect(await token(bo.page, '/tools/get-sum/deny_if/0/value').textContent()).toContain('80');
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    await dialog.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => token(bo.page, '/tools/get-sum/deny_if/0/value').textContent()).toContain('70');
  });

  it('restores what a closed tab had not saved, over what it was typed over, so that nobody is overwritten', async () => {
    await openBuilder(bo.page);
    await setBound(bo.page, '65');
    await expect.poll(() => bo.page.evaluate(() => JSON.stringify(Object.values(localStorage)))).toContain('65');
    await bo.page.close();
    const text = (await detail()).draft?.text ?? '';
    const theirs = text.replace('"action": "deny"', '"action": "approve"');
    expect(theirs).not.toBe(text);
    await must(callgate, 200, 'PUT', policy, { text: theirs });
    bo = { ...bo, page: await bo.watched.context.newPage() };
    bo.page.setDefaultTimeout(15_000);
    await openBuilder(bo.page);
    await bo.page.getByRole('button', { name: 'Restore unsaved text' }).click();
    await expect.poll(() => token(bo.page, '/tools/get-sum/deny_if/0/value').textContent()).toContain('65');
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    const dialog = bo.page.getByRole('dialog');
    await dialog.getByText('Both can be kept').waitFor();
    expect((await detail()).draft?.text).toBe(theirs);
    await dialog.getByRole('button', { name: 'Keep both' }).click();
    await expect.poll(async () => (await detail()).draft?.text).toBe(theirs.replace('70,', '65,'));
  });

  it('merges with what went live since the draft was begun, before it can be published', async () => {
    await must(callgate, 200, 'DELETE', `${policy}/draft`);
    const wider = BASE.replace('"echo": {}', '"echo": {},\n    "get-env": {}');
    const widerVersion = await publish(callgate, 'desk', 'main', wider);
    await must(callgate, 200, 'POST', `${policy}/versions/${widerVersion - 1}/restore`, { comment: 'not yet' });
    await openBuilder(bo.page);
    await setBound(bo.page, '60');
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    await bo.page.getByText('Draft saved').first().waitFor();
    await must(callgate, 200, 'POST', `${policy}/versions/${widerVersion}/restore`, { comment: 'now' });
    await bo.page.getByRole('button', { name: 'Review and publish' }).click();
    const review = bo.page.getByTestId('review');
    const live = (await detail()).live.version;
    await review.getByText(`Version ${live} went live since this draft was begun.`, { exact: true }).waitFor();
    await review.getByLabel('Comment').fill('Smaller sums');
    expect(await review.getByRole('button', { name: /^Publish version/ }).getAttribute('aria-disabled')).toBe('true');
    await review.getByRole('button', { name: `Merge with version ${live}` }).click();
    await bo.page.getByRole('dialog').getByRole('button', { name: 'Keep both' }).click();
    await review.getByRole('button', { name: `Publish version ${live + 1}` }).click();
    await bo.page.getByText(`Version ${live + 1} is live`).waitFor();
    expect((await detail()).liveText).toBe(wider.replace('100,', '60,'));
  });

  it('lets a second person agree to what opens access, and nobody to their own', async () => {
    await must(callgate, 200, 'PATCH', policy, { secondPerson: 'loosening' });
    await openBuilder(bo.page);
    await setBound(bo.page, '500');
    const before = (await detail()).live.version;
    await publishReviewed(bo.page, /^Ask a second person to publish version/, 'Larger sums');
    await bo.page.getByText('A second person is asked').waitFor();
    expect((await detail()).live.version).toBe(before);
    await bo.page.getByRole('button', { name: 'Review it' }).click();
    const own = bo.page.getByRole('dialog').getByRole('button', { name: 'Agree and publish' });
    await own.waitFor();
    expect(await own.getAttribute('aria-disabled')).toBe('true');
    await visit(ana.page, at());
    await ana.page.getByRole('button', { name: 'Review it' }).click();
    const dialog = ana.page.getByRole('dialog');
    await dialog.getByText('opens access').first().waitFor();
    await dialog.getByText('A second person is asked because it opens access.').waitFor();
    await dialog.getByRole('button', { name: 'Agree and publish' }).click();
    await expect.poll(async () => (await detail()).live.version).toBe(before + 1);
  });

  it('tells the author why a second person refused', async () => {
    await openBuilder(bo.page);
    await setBound(bo.page, '900');
    await publishReviewed(bo.page, /^Ask a second person to publish version/, 'Much larger sums');
    await visit(ana.page, at());
    await ana.page.getByRole('button', { name: 'Review it' }).click();
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
    await ana.page.getByLabel('Reason').fill('Ask finance first');
    await ana.page.getByRole('button', { name: 'Refuse the publication' }).click();
    const told = bo.page.getByTestId('closed-publication');
    await told.waitFor();
    expect(await told.textContent()).toMatch(/that Bo asked for was refused by .*Ask finance first/);
    // Whoever goes on with the draft has read it.
    await setBound(bo.page, '800');
    await bo.page.getByRole('button', { name: 'Save draft' }).click();
    await told.waitFor({ state: 'hidden' });
    await must(callgate, 200, 'DELETE', `${policy}/draft`);
  });

  it('publishes only as observing, and later at a time', async () => {
    await must(callgate, 200, 'PATCH', policy, { secondPerson: 'never' });
    await openBuilder(ana.page);
    await setBound(ana.page, '40');
    const before = (await detail()).live.version;
    await ana.page.getByRole('button', { name: 'Review and publish' }).click();
    const review = ana.page.getByTestId('review');
    await review.getByLabel('Comment').fill('Watch first');
    await review.getByLabel('Mode').click();
    await ana.page.getByRole('option', { name: /Observe only/ }).click();
    await review.getByRole('button', { name: `Publish version ${before + 1}, observing only` }).click();
    await ana.page.getByText(`Version ${before + 1} is live`).waitFor();
    expect(await detail()).toMatchObject({ mode: 'observe', liveText: expect.stringContaining('// sums are small here') });

    await openBuilder(ana.page);
    await setBound(ana.page, '45');
    await ana.page.getByRole('button', { name: 'Review and publish' }).click();
    await review.getByLabel('Comment').fill('After the freeze');
    await review.getByLabel('When').click();
    await ana.page.getByRole('option', { name: /At a time/ }).click();
    await review.getByLabel('Time, UTC').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 16));
    await review.getByRole('button', { name: `Schedule version ${before + 2}, observing only, for ` }).click();
    await ana.page.getByText(/goes live/).waitFor();
    await ana.page.getByRole('button', { name: 'Withdraw' }).click();
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Withdraw the publication' }).click();
    await ana.page.getByText(/goes live/).waitFor({ state: 'hidden' });
    expect((await detail()).live.version).toBe(before + 1);
  });

  it('is read-only in the console for a policy that is kept elsewhere', async () => {
    await must(callgate, 200, 'PATCH', policy, { managedBy: 'Git infra/policies' });
    await visit(ana.page, at('?at=/tools/get-sum'));
    await ana.page.getByText('Git infra/policies').first().waitFor();
    expect(await token(ana.page, '/tools/get-sum/deny_if/0/value').count()).toBe(0);
    await visit(ana.page, at('?tab=versions&v=1'));
    expect(await ana.page.getByRole('button', { name: 'Roll back to v1' }).last().getAttribute('aria-disabled')).toBe('true');
    await visit(ana.page, at('?at=/tools/get-sum'));
    expect(await ana.page.getByRole('button', { name: 'Save draft' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('caused no console error beyond the refusals that were meant', () => {
    const unexpected = [...ana.watched.problems, ...bo.watched.problems].filter((problem) => !/status of (409|412)/.test(problem));
    expect(unexpected).toEqual([]);
  });
});
