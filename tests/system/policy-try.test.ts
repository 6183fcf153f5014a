import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { manyTools } from '../fixtures/upstreams/many-tools';
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
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const LIVE = `{
  // the desk refunds
  "version": "1",
  "default": "deny",
  "tools": {
    "refund_charge": {
      "deny_if": [{ "path": "args.amount", "op": "gt", "value": 500, "on_deny": "Ask a colleague." }],
      "redact": ["args.tags"]
    }
  }
}
`;
const DRAFT = LIVE.replace('500', '100');

describe.skipIf(!CHROMIUM)(`trying calls in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let upstream: StartedUpstream;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let origin: string;
  let folder: string;
  let access: Access;
  const policy = '/servers/desk/policies/main';

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'cg-tools-'));
    writeFileSync(path.join(folder, 'tools.json'), JSON.stringify(manyTools(300)));
    upstream = await startServer([fixtureFile('catalogue-upstream.mjs')], { CATALOGUE: path.join(folder, 'tools.json'), PAGE_SIZE: '100' });
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, httpServer('desk', upstream.port));
    await publish(callgate, 'desk', 'main', LIVE);
    access = await grantAccess(callgate, 'desk', 'main');
    await callTool(access, 'refund_charge', { id: 'ch_7', amount: 800, tags: ['vip'] });
    await must(callgate, 200, 'PUT', policy, { text: DRAFT });
    browser = await openBrowser();
    watched = await openContext(browser, origin);
    page = await watched.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
    await visit(page, `${origin}/policies/desk/main?dock=try`);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await upstream?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
    expect(watched?.problems ?? []).toEqual([]);
  });

  const form = () => page.getByRole('region', { name: 'Try a call' });
  const verdict = () => page.getByTestId('verdict');
  const tests = () => page.getByRole('region', { name: 'Tests', exact: true });
  const recorded = async () =>
    (await must<{ items: unknown[] }>(callgate, 200, 'GET', '/audit?server=desk&method=tools/call')).items.length;
  async function saved(): Promise<string> {
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' });
    return (await must<{ draft: { text: string } }>(callgate, 200, 'GET', policy)).draft.text;
  }

  it('makes a form of the tool’s own schema, and decides what is typed without sending anything', async () => {
    const before = await recorded();
    await form().getByLabel('Tool', { exact: true }).fill('refund_charge');
    await form().getByLabel('amount').fill('300');
    await form().getByRole('textbox', { name: /^id/ }).fill('ch_1');
    await expect.poll(() => verdict().textContent()).toContain('args.amount = 300');
    expect(await verdict().textContent()).toMatch(/Denied.*\/tools\/refund_charge\/deny_if\/0/);
    expect(await page.getByTestId('agent-sees').textContent()).toMatch(/Denied by policy: Ask a colleague\. The call was NOT EXECUTED\./);
    expect(await page.getByTestId('live-difference').textContent()).toMatch(/v1.*Allowed.*this text.*Denied/);
    expect(await recorded()).toBe(before);
  });

  it('keeps on the screen what is no value, with the reason', async () => {
    await form().getByLabel('amount').fill('12.5');
    await form().getByText('The tool takes whole numbers here.').waitFor();
    expect(await form().getByLabel('amount').inputValue()).toBe('12.5');
    await form().getByLabel('amount').fill('300');
  });

  it('leads from the deciding rule to its place', async () => {
    await verdict().getByRole('button', { name: '/tools/refund_charge/deny_if/0' }).first().click();
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('/tools/refund_charge/deny_if/0');
  });

  it('saves the denial as a test, which passes', async () => {
    await form().getByRole('button', { name: 'Save as a test' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save as a test' });
    await dialog.getByLabel('Name').fill('large refunds are denied');
    await dialog.getByRole('button', { name: 'Save test' }).click();
    await page.getByRole('tab', { name: 'Tests' }).click();
    await tests().getByText('The only test passes.').waitFor();
    expect(await tests().locator('[data-test="passed"]').count()).toBe(1);
    expect(await saved()).toMatch(/^\{\n {2}\/\/ the desk refunds\n[\s\S]*"tests": \[[\s\S]*"name": "large refunds are denied"/);
  });

  it('follows the line “to be allowed” to a call that is', async () => {
    await page.getByRole('tab', { name: 'Try' }).click();
    expect(await page.getByTestId('to-be-allowed').textContent()).toContain('amount ≤ 100');
    await page.getByTestId('to-be-allowed').getByRole('button', { name: 'Fill in' }).click();
    await expect.poll(() => form().getByLabel('amount').inputValue()).toBe('100');
    await expect.poll(() => page.getByTestId('agent-sees').textContent()).toContain('the tool’s own answer'.replace('’', "'"));
    expect(await page.getByTestId('live-difference').textContent()).toContain('The same as v1.');
  });

  it('runs the tests when the text changes, says what differs, and takes what comes in one click', async () => {
    await must(callgate, 200, 'GET', policy);
    const token = page.locator('[data-token="/tools/refund_charge/deny_if/0/value"]');
    await token.click();
    await page.keyboard.type('400');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Tests' }).click();
    await tests().getByText('1 of 1 fail.').waitFor();
    await tests()
      .getByText(/Expected denied; it is allowed/)
      .waitFor();
    await tests().getByRole('button', { name: 'Expect allowed instead' }).click();
    await tests().getByText('The only test passes.').waitFor();
    await tests().getByRole('button', { name: 'Rename test' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rename test' });
    await dialog.getByLabel('Name').fill('refunds of 300 pass');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await tests().getByText('refunds of 300 pass').waitFor();
    expect(await saved()).toContain('"name": "refunds of 300 pass"');
  });

  it('opens a test in Try and writes it back', async () => {
    await tests()
      .getByRole('button', { name: /^Open in Try/ })
      .click();
    await expect.poll(() => form().getByLabel('amount').inputValue()).toBe('300');
    await form().getByLabel('amount').fill('401');
    await form().getByRole('button', { name: 'Save the test' }).click();
    await page.getByRole('dialog', { name: 'Save as a test' }).getByRole('button', { name: 'Change test' }).click();
    await page.getByRole('tab', { name: 'Tests' }).click();
    await tests().getByText('The only test passes.').waitFor();
    expect(await saved()).toMatch(/"amount": 401[\s\S]*"expect": "denied"/);
  });

  it('decides a recorded call again, and says which of its arguments were redacted', async () => {
    await page.getByRole('tab', { name: 'Try' }).click();
    await form().getByRole('button', { name: 'From a recorded call' }).click();
    await page.getByRole('dialog', { name: 'Recorded calls' }).getByRole('button').first().click();
    await expect.poll(() => form().getByLabel('amount').inputValue()).toBe('800');
    await form()
      .getByText(/arguments were redacted/)
      .waitFor();
    expect(await verdict().textContent()).toContain('args.amount = 800');
  });

  it('tries resources, prompts and what servers ask, which are no calls', async () => {
    const text = {
      version: '1',
      default: 'deny',
      resources: { default: 'deny', rules: { 'file:///docs/*': {} } },
      server: { default: 'deny' },
    };
    await must(callgate, 200, 'PUT', '/servers/desk/policies/beyond', { text: JSON.stringify(text) });
    const other = await watched.context.newPage();
    await visit(other, `${origin}/policies/desk/beyond?dock=try`);
    const region = other.getByRole('region', { name: 'Try a call' });
    const said = () => other.getByTestId('verdict').textContent();
    const choose = async (name: RegExp) => {
      await region.getByLabel('Request').click();
      await other.getByRole('option', { name }).click();
    };
    await choose(/Read a resource/);
    await region.getByLabel('Address').fill('file:///docs/a.md');
    await expect.poll(said).toMatch(/Allowed.*the resource/);
    await region.getByLabel('Address').fill('file:///etc/passwd');
    await expect.poll(said).toMatch(/Denied.*what is not listed is denied/);
    await region.getByRole('button', { name: 'Save as a test' }).click();
    await other.getByRole('button', { name: 'Save test' }).click();
    await other.getByRole('tab', { name: 'Tests' }).click();
    await other.getByText('The only test passes.').waitFor();
    await other.getByText('resources/read file:///etc/passwd', { exact: true }).waitFor();
    await other.getByRole('button', { name: 'Open in Try, to look at or change' }).click();
    expect(await region.getByLabel('Address').inputValue()).toBe('file:///etc/passwd');
    await choose(/Get a prompt/);
    await region.getByLabel('Prompt').fill('review');
    await expect.poll(said).toMatch(/Allowed.*\(not governed\)/);
    await choose(/asks the model/);
    await expect.poll(said).toMatch(/Denied.*Server gets.*does not let the server ask/);
    await region.getByLabel('Parameters as JSON').fill('{"maxTokens": 5}');
    expect(await overflowWidth(other)).toBe(0);
    expect(await seriousAxeProblems(other)).toEqual([]);
    await choose(/Call a tool/);
    await region.getByLabel('Tool', { exact: true }).waitFor();
    await other.close();
  });

  it('is usable at any width and in the dark, without serious problems for assistive technology', async () => {
    for (const [width, dark] of [
      [1440, false],
      [1024, true],
      [390, false],
    ] as const) {
      const other = await openContext(browser, origin, { width, dark, storageState: await watched.context.storageState() });
      const narrow = await other.context.newPage();
      for (const dock of ['try', 'tests', 'explain']) {
        await visit(narrow, `${origin}/policies/desk/main?dock=${dock}`);
        expect(await overflowWidth(narrow), `${dock} at ${width}`).toBe(0);
        if (dark) expect(await seriousAxeProblems(narrow)).toEqual([]);
      }
      await other.context.close();
      expect(other.problems).toEqual([]);
    }
  });
});
