import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
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
import { must, register, stdioServer } from './support/provision';

const INTERCEPT = `# moved from the old proxy
version: "1"
default: deny
tools:
  echo:
    rules:
      - name: short
        conditions:
          - path: args.message
            op: regex
            value: ^hello
      - name: others
        conditions:
          - path: state.get-sum.total
            op: lt
            value: 9
`;

describe.skipIf(!CHROMIUM)(`policies from files in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let origin: string;
  let serial = 0;

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    browser = await openBrowser();
    watched = await openContext(browser, origin);
    page = await watched.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    expect(watched?.problems ?? []).toEqual([]);
  });

  const create = () => page.getByRole('button', { name: 'Create draft' });
  const disabled = () => create().getAttribute('aria-disabled');
  const report = () => page.getByTestId('import-report');

  /** The dialog with a name of its own, on the way to import. */
  async function openDialog(source: 'A template' | 'A policy you have'): Promise<string> {
    serial += 1;
    await visit(page, `${origin}/policies?new=1`);
    await page.getByLabel('Name').fill(`Policy ${serial}`);
    await page.getByRole('radio', { name: new RegExp(source) }).check();
    return `policy-${serial}`;
  }
  const draftOf = async (slug: string) =>
    (await must<{ draft: { text: string } }>(callgate, 200, 'GET', `/servers/desk/policies/${slug}`)).draft.text;
  async function created(slug: string): Promise<string> {
    await create().click();
    await page.waitForURL(new RegExp(`/policies/desk/${slug}`));
    return draftOf(slug);
  }
  async function openEditor(text: string): Promise<string> {
    serial += 1;
    await must(callgate, 200, 'PUT', `/servers/desk/policies/policy-${serial}`, { text });
    await visit(page, `${origin}/policies/desk/policy-${serial}`);
    await page.locator('.monaco-editor .view-line').first().waitFor();
    return `policy-${serial}`;
  }

  it('a chosen file shows what each part becomes before a policy is made of it, what lets more pass first', async () => {
    const slug = await openDialog('A policy you have');
    expect(await disabled()).toBe('true');
    await page.locator('input[type="file"]').setInputFiles({ name: 'old.yaml', mimeType: 'text/yaml', buffer: Buffer.from(INTERCEPT) });
    await report().waitFor();
    expect(await report().getByRole('status').textContent()).toMatch(/Intercept YAML: \d+ parts? taken over.*1 lets more pass/s);
    expect(await report().getByRole('listitem').first().textContent()).toMatch(
      /line 12[\s\S]*lets more pass[\s\S]*counter of another rule/,
    );
    expect((await callgate.api('GET', `/servers/desk/policies/${slug}`)).status).toBe(404);
    const text = await created(slug);
    expect(text).toContain('// moved from the old proxy');
    expect(text).toContain('hello.*');
  });

  it('a dropped file is taken; one that cannot be read says where, and nothing is made of it', async () => {
    await openDialog('A policy you have');
    const drop = (content: string) =>
      page.getByLabel('Policy to import').evaluate((element, text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], 'policy.yaml', { type: 'text/yaml' }));
        element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
      }, content);
    await drop('version: "1"\ntools: [unclosed\n');
    await page.getByRole('alert').getByText('cannot be read as YAML').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/Line \d/);
    expect(await disabled()).toBe('true');
    await drop(INTERCEPT);
    await report().waitFor();
    expect(await page.getByLabel('Policy to import').inputValue()).toBe(INTERCEPT);
    await page.waitForFunction(() => document.querySelector('[role="alert"]') === null);
  });

  it('a server without traffic gives no policy from it, and says what to do instead', async () => {
    const slug = await openDialog('A template');
    await page.getByRole('radio', { name: /From observed traffic/ }).check();
    await create().click();
    await page.getByText('there is nothing to learn from').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe(`Policy ${serial}`);
    await page.getByRole('radio', { name: /Read only/ }).check();
    expect(await created(slug)).toContain('"read": {}');
  });

  it('a text of another product in the editor is offered for conversion, and undo brings it back', async () => {
    const slug = await openEditor(INTERCEPT);
    await page.getByText('The text looks like Intercept YAML').waitFor();
    await page.getByRole('button', { name: 'Convert it' }).click();
    await report().waitFor();
    await page.getByRole('button', { name: 'Replace the text' }).click();
    await page.getByText('The text looks like').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' });
    expect(await draftOf(slug)).toContain('"require"');
    await page.locator('h2').first().click();
    await page.keyboard.press('ControlOrMeta+z');
    await page.getByText('The text looks like Intercept YAML').waitFor();
  });

  it.each([
    ['JSON', 'json', /^\{\n {2}"version": "1",/],
    ['YAML', 'yaml', /^# kept\n\nversion: "1"/],
    ['In words', 'md', /^# /],
    ['As written', 'jsonc', /^\/\/ kept\n\{ "version": "1", "default": "deny" \}\n$/],
  ])('a policy is exported as %s', async (label, extension, content) => {
    const slug = await openEditor('// kept\n{ "version": "1", "default": "deny" }\n');
    await page.getByRole('button', { name: 'More actions' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: new RegExp(`Export: ${label}`) }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`desk-${slug}-draft.${extension}`);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(content);
  });

  it.each([
    [1440, false],
    [1440, true],
    [390, true],
  ])('the dialog with a report has no serious accessibility problem and fits, %d wide, dark: %s', async (width, dark) => {
    const { context, problems } = await openContext(browser, origin, { width, dark, storageState: await watched.context.storageState() });
    const view = await context.newPage();
    view.setDefaultTimeout(15_000);
    await visit(view, `${origin}/policies?new=1`);
    await view.getByRole('radio', { name: /A policy you have/ }).check();
    await view.getByLabel('Policy to import').fill(INTERCEPT);
    await view.getByTestId('import-report').waitFor();
    expect(await seriousAxeProblems(view)).toEqual([]);
    expect(await overflowWidth(view)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});
