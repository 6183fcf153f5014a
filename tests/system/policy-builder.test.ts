import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { manyTools } from '../fixtures/upstreams/many-tools';
import { CHROMIUM, openBrowser, openContext, pressUntil, signIn, visit, type Watched, WITHOUT_CHROMIUM } from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { httpServer, must, register } from './support/provision';

const TOOLS = 300;
const TEXT = `{
  // Who pays is asked about.
  "version": "1",
  "default": "deny",
  "tools": {
    // the first: everybody reads
    "get_invoice": {},

    /* the middle: money */
    "refund_charge": {
      "deny_if": [
        // five hundred is the limit of the desk
        { "path": "args.amount", "op": "gt", "value": 500, "on_deny": "Ask a colleague." }
      ]
    },
    "list_customer": { "reason":   "odd   spacing stays" }, // the last
    "send_message": {} // after the last
  }
}
`;

describe.skipIf(!CHROMIUM)(`the policy builder in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let upstream: StartedUpstream;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let origin: string;
  let folder: string;
  let serial = 0;
  let policy: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'cg-tools-'));
    writeFileSync(path.join(folder, 'tools.json'), JSON.stringify(manyTools(TOOLS)));
    upstream = await startServer([fixtureFile('catalogue-upstream.mjs')], { CATALOGUE: path.join(folder, 'tools.json'), PAGE_SIZE: '100' });
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, httpServer('large', upstream.port));
    browser = await openBrowser();
    watched = await openContext(browser, origin);
    page = await watched.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await upstream?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
    expect(watched?.problems ?? []).toEqual([]);
  });

  /** A policy of its own, open in the builder at a place. */
  async function open(text: string, at = ''): Promise<void> {
    serial += 1;
    policy = `/servers/large/policies/p${serial}`;
    await must(callgate, 200, 'PUT', policy, { text });
    await visit(page, `${origin}/policies/large/p${serial}?at=${encodeURIComponent(at)}`);
    await page.locator('.monaco-editor .view-line').first().waitFor();
    await page.getByRole('button', { name: /^Tick all 30\d$/ }).waitFor();
  }
  /** Brings a row into the document: only those in view are in it. */
  async function find(name: string): Promise<void> {
    await page.getByRole('searchbox', { name: 'Search tools' }).fill(name);
    await row(name).waitFor();
  }
  const row = (name: string) => page.locator(`[data-row="tool:${name}"]`);
  const token = (id: string) => page.locator(`[data-token="${id}"]`);
  const state = (word: string) => page.getByRole('radiogroup', { name: 'State' }).getByRole('radio', { name: word });
  /** What the editor holds, by saving it and reading it back. */
  async function saved(): Promise<string> {
    const button = page.getByRole('button', { name: 'Save draft' });
    if ((await button.getAttribute('aria-disabled')) !== 'true') {
      await button.click();
      await page.getByText('Unsaved changes').waitFor({ state: 'hidden' });
    }
    return (await must<{ draft: { text: string } }>(callgate, 200, 'GET', policy)).draft.text;
  }
  const undo = async () => {
    await page.locator('h2').first().click();
    await page.keyboard.press('ControlOrMeta+z');
    // Until the page knows of it, there is nothing to save yet.
    await page.waitForTimeout(400);
  };
  /** Puts the caret into the text and types there. */
  async function typeAtEnd(text: string): Promise<void> {
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type(text);
  }

  it('shows 300 tools as rows with risk and state, and finds some of them while one types', async () => {
    await open(TEXT);
    expect(await page.locator('[data-row]').count()).toBeLessThan(60);
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('refund_');
    await row('refund_charge').waitFor();
    expect(await row('refund_charge').textContent()).toContain('Allowed');
    expect(await row('refund_charge').getByRole('img', { name: /risk/ }).count()).toBe(1);
    await expect.poll(() => row('get_invoice').count()).toBe(0);
  });

  it('writes one value where it stands, and leaves every other character of the text alone', async () => {
    await open(TEXT, '/tools/refund_charge');
    await token('/tools/refund_charge/deny_if/0/value').click();
    await page.keyboard.type('900');
    await page.keyboard.press('Enter');
    await expect.poll(() => token('/tools/refund_charge/deny_if/0/value').textContent()).toContain('900');
    expect(await saved()).toBe(TEXT.replace('500,', '900,'));
  });

  it('offers the operators and choices of the argument’s own type', async () => {
    await open(TEXT, '/tools/refund_charge');
    await page.getByRole('button', { name: 'Requirement', exact: true }).click();
    await page.getByRole('option', { name: /currency/ }).click();
    await token('/tools/refund_charge/require/0/op').click();
    const operators = page.getByRole('listbox', { name: 'Operators' });
    await operators.waitFor();
    await operators
      .getByRole('option', { name: /is one of/ })
      .first()
      .click();
    await page.getByRole('dialog', { name: 'Value' }).getByText('USD').click();
    await page.getByRole('button', { name: 'Apply' }).click();
    const text = await saved();
    expect(text).toContain('{ "path": "args.currency", "op": "in", "value": ["EUR", "USD"] }');
    expect(text).toContain('// five hundred is the limit of the desk');
  });

  it.each([
    ['first', 'get_invoice', /\n {4}\/\/ the first: everybody reads\n {4}"get_invoice": \{\},\n/],
    ['middle', 'refund_charge', /\n {4}\/\* the middle: money \*\/[\s\S]*?\n {4}\},/],
    ['last', 'send_message', /,( \/\/ the last)\n {4}"send_message": \{\} \/\/ after the last/],
  ])('removes the %s tool with its own comments, and keeps the neighbours’', async (_which, name, gone) => {
    await open(TEXT, `/tools/${name}`);
    await page.getByRole('button', { name: 'Remove from policy' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Remove from policy' }).count()).toBe(0);
    const text = await saved();
    const squeezed = (one: string) => one.replaceAll(/\n\s*\n/g, '\n');
    expect(squeezed(text)).toBe(squeezed(TEXT.replace(gone, name === 'send_message' ? '$1' : '')));
  });

  it('takes steps of both sides back in one order', async () => {
    await open(TEXT, '/tools/refund_charge');
    await state('Ask').click();
    await expect.poll(() => row('refund_charge').textContent()).toContain('Ask');
    await typeAtEnd('// typed\n');
    await find('get_invoice');
    await row('get_invoice').click();
    await state('Deny').click();
    await expect.poll(() => row('get_invoice').textContent()).toContain('Denied');
    const all = await saved();
    expect(all).toContain('"action": "approve"');
    expect(all).toContain('// typed');
    expect(all).toContain('"get_invoice": { "action": "deny" }');
    await undo();
    await expect.poll(() => row('get_invoice').textContent()).toContain('Allowed');
    // The editor takes typing back word by word; what was clicked before it is still there until all of it is gone.
    for (let i = 0; i < 5 && (await saved()) !== all && (await saved()).includes('typed'); i += 1) await undo();
    expect(await saved()).toContain('"action": "approve"');
    for (let i = 0; i < 3 && (await saved()) !== TEXT; i += 1) await undo();
    expect(await saved()).toBe(TEXT);
  });

  it('freezes on the last valid state while the text has an error, leads to it, and goes on when it is mended', async () => {
    await open(TEXT, '/tools/refund_charge');
    await typeAtEnd('}');
    await page.getByText(/JSON has 1 error, line \d+ — showing the state before it/).waitFor();
    await page.getByText('builder shows an older text').waitFor();
    expect(await page.locator('[data-pane="block"]').getAttribute('inert')).not.toBeNull();
    expect(await row('refund_charge').textContent()).toContain('Allowed');
    await page.getByRole('button', { name: 'Go to error' }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null)).toBe(true);
    await page.getByRole('button', { name: 'Undo to last valid' }).click();
    await page.getByText('in sync').waitFor();
    expect(await page.locator('[data-pane="block"]').getAttribute('inert')).toBeNull();
    expect(await saved()).toBe(TEXT);
  });

  it('shows what it does not know without touching it, and lets it block publishing but not editing', async () => {
    const odd = TEXT.replace('"refund_charge": {', '"refund_charge": {\n      "rate_limits": 3,\n      "x-ticket": "OPS-1",');
    await open(odd, '/tools/refund_charge');
    await page.getByText('unrecognised rate_limits').waitFor();
    await state('Ask').click();
    const text = await saved();
    expect(text).toContain('"rate_limits": 3,\n      "x-ticket": "OPS-1",');
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByTestId('review');
    await review.getByText(/1 error has to be corrected/).waitFor();
    await review.getByLabel('Comment').fill('try it');
    expect(await review.getByRole('button', { name: 'Publish version 1' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('follows the text: what is typed in JSON is shown as a rule', async () => {
    await open(TEXT, '/tools/get_invoice');
    await page.evaluate(
      (text) => navigator.clipboard.writeText(text),
      TEXT.replace('"get_invoice": {}', '"get_invoice": { "rate_limit": "7/hour" }'),
    );
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+v');
    await find('get_invoice');
    await row('get_invoice').click();
    const limit = token('/tools/get_invoice/rate_limit/max');
    await expect.poll(() => limit.textContent()).toContain('7');
    await page.getByText('in sync').waitFor();
  });

  it('completes the arguments of the tool at hand, and tells on hover what the server says of it, inert', async () => {
    await open(TEXT.replace('args.amount', 'args.'), '/tools/refund_charge');
    const editor = page.locator('.monaco-editor').first();
    await editor.getByText('"args."', { exact: true }).click();
    await page.keyboard.press('Control+Space');
    const suggestions = page.locator('.suggest-widget.visible');
    await suggestions.getByText('args.currency').first().waitFor();
    await page.keyboard.press('Escape');
    await editor.getByText('"refund_charge"').hover();
    await page.locator('.monaco-hover').getByText('refund_charge: ').first().waitFor();
    await page.locator('.monaco-hover').getByText('server says, unverified').first().waitFor();
  });

  it('offers each tool once as a name in the text, with its risk', async () => {
    await open(TEXT.replace('"tools": {', '"hide": ["refund"],\n  "tools": {'));
    const editor = page.locator('.monaco-editor').first();
    await editor.getByText('"refund"', { exact: true }).click();
    await page.keyboard.press('Control+Space');
    const offered = page.locator('.suggest-widget.visible .monaco-list-row').filter({ hasText: /refund_charge(?!_)/ });
    await offered.first().waitFor();
    expect(await offered.count()).toBe(1);
    await offered.getByText(/ risk/).waitFor();
    await offered.click();
    await editor.getByText('"refund_charge"', { exact: true }).first().waitFor();
  });

  it('changes many ticked tools at once, as one step of undo', async () => {
    await open(TEXT);
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('delete_');
    await row('delete_invoice').waitFor();
    await page.getByRole('button', { name: /^Tick all/ }).click();
    const bar = page.getByRole('toolbar', { name: 'Ticked tools' });
    expect(await bar.textContent()).toMatch(/affects \d+ tools/);
    await bar.getByRole('button', { name: 'Set state' }).click();
    await page.getByRole('menuitem', { name: 'Hide' }).click();
    await expect.poll(() => row('delete_invoice').textContent()).toContain('Hidden');
    const text = await saved();
    const hidden = (JSON.parse(text.replaceAll(/\/\/.*|\/\*.*?\*\//g, '')) as { hide: string[] }).hide;
    expect(hidden.length).toBe(manyTools(TOOLS).filter((tool) => (tool as { name: string }).name.startsWith('delete_')).length);
    await undo();
    await expect.poll(saved).toBe(TEXT);
  });

  it('lets a short rate only observe, and gives it a message', async () => {
    await open(TEXT.replace('"get_invoice": {}', '"get_invoice": { "rate_limit": "7/hour" }'), '/tools/get_invoice');
    await page.getByRole('button', { name: 'Limit: more' }).click();
    await page.getByRole('menuitemradio', { name: 'Only observe' }).click();
    await page.getByText('only observes', { exact: true }).waitFor();
    await token('/tools/get_invoice/rate_limit/on_deny').click();
    await page.keyboard.type('Later.');
    await page.keyboard.press('Enter');
    await expect
      .poll(saved)
      .toContain('"get_invoice": { "rate_limit": { "max": 7, "window": "hour", "on_deny": "Later.", "mode": "observe" } }');
  });

  it('redacts an argument of a tool that nothing lists without opening it', async () => {
    await open(TEXT, '/tools/create_report');
    await token('/tools/create_report/redact').click();
    await page.getByRole('dialog', { name: 'Redacted' }).getByLabel('Paths', { exact: true }).fill('args.id');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Apply' }).click();
    await find('create_report');
    await expect.poll(() => row('create_report').textContent()).toContain('Denied');
    expect(await saved()).toContain('"create_report": { "action": "deny", "redact": ["args.id"] }');
  });

  it('is worked by keyboard alone: find a tool, deny it, give a reason', async () => {
    await open(TEXT);
    await page.locator('h1').first().click();
    await page.keyboard.press('/');
    await page.keyboard.type('update_project');
    await page.keyboard.press('ArrowDown');
    await pressUntil(page, 'ArrowDown', async () => (await row('update_project').getAttribute('aria-selected')) === 'true', 10);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('radio');
    // Held as long as a finger holds it: the group looks at the key when the focus arrives.
    for (let i = 0; i < 3; i += 1) {
      await page.keyboard.press('ArrowRight', { delay: 80 });
      await page.waitForTimeout(80);
    }
    expect(await state('Deny').getAttribute('aria-checked')).toBe('true');
    await pressUntil(
      page,
      'Tab',
      () => page.evaluate(() => document.activeElement?.getAttribute('data-token')?.endsWith('/reason') ?? false),
      10,
    );
    await page.keyboard.press('Enter');
    await page.keyboard.type('Projects are closed.');
    await page.keyboard.press('Enter');
    await expect.poll(saved).toMatch(/"update_project": \{ "action": "deny", "reason": "Projects are closed\." \}/);
  });

  it('tries a call, says what it would take, and saves it as a test that then guards the policy', async () => {
    await open(TEXT, '/tools/refund_charge');
    await page.getByRole('tab', { name: 'Try' }).click();
    await page.getByPlaceholder('Type or choose a tool').fill('refund_charge');
    await page.getByLabel('amount').fill('725');
    const verdict = page.getByTestId('verdict');
    await verdict.getByText('args.amount = 725').waitFor();
    expect(await verdict.getByTestId('agent-sees').textContent()).toContain('Denied by policy: Ask a colleague.');
    expect(await verdict.getByTestId('to-be-allowed').textContent()).toContain('amount ≤ 500');
    await page.getByRole('button', { name: 'Save as a test' }).click();
    await page.getByRole('button', { name: 'Save test' }).click();
    await page.getByRole('tab', { name: 'Tests' }).click();
    await page.getByText('The only test passes.').waitFor();
    await page.getByRole('button', { name: 'Open in Try' }).click();
    await page.getByLabel('amount').fill('726');
    await page.getByRole('button', { name: 'Save the test' }).click();
    await page.getByRole('button', { name: 'Change test' }).click();
    await page.getByRole('tab', { name: 'Tests' }).click();
    await page.getByText('The only test passes.').waitFor();
    expect(await saved()).toContain('"amount": 726');
    await token('/tools/refund_charge/deny_if/0/value').click();
    await page.keyboard.type('9000');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1 fail').waitFor();
    await page.getByRole('button', { name: 'Review and publish' }).click();
    await page.getByTestId('review').getByText('1 test fails.').waitFor();
  });
});
