import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openContext,
  overflowWidth,
  pressUntil,
  seriousAxeProblems,
  settled,
  visit,
  type Watched,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, type RunningCallgate, startCallgate } from './support/callgate';

const ADMIN_PASSWORD = 'plenty of quiet rivers';
const VIEWER = { email: 'vera@example.com', name: 'Vera', role: 'viewer', password: 'glass bridge over water' };
const POLICY = `{
  "version": "1",
  "default": "deny", // nothing but what is listed
  "hide": ["get-env"],
  "tools": {
    "echo": { "limits": [{ "counter": "echoes", "window": "day", "max": 2, "on_deny": "Two echoes a day." }] },
    "get-sum": { "deny_if": [{ "path": "args.a", "op": "gt", "value": 100, "on_deny": "Small sums only." }] }
  }
}`;

const PATHS = [
  '/overview',
  '/activity',
  '/activity/changes',
  '/limits',
  '/alerts',
  '/alerts?tab=kinds',
  '/servers',
  '/servers/new',
  '/servers/reference',
  '/servers/reference?tab=tools',
  '/tools',
  '/policies',
  '/policies/reference/first-rules',
  '/policies/reference/first-rules?at=/tools/echo&dock=try',
  '/policies/reference/first-rules?dock=tests',
  '/policies/reference/first-rules?dock=impact',
  '/policies/reference/first-rules?dock=explain',
  '/policies/reference/first-rules?tab=review',
  '/policies/reference/first-rules?tab=versions',
  '/agents',
  '/agents/robin',
  '/agents/robin?tab=access',
  '/settings/members',
  '/settings/profile',
  '/settings/appearance',
  '/settings/about',
];

describe.skipIf(!CHROMIUM)(`the console in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let admin: Watched;
  let page: Page;
  let origin: string;
  let token = '';

  beforeAll(async () => {
    // Without an administrator from the environment: the set-up link makes the first one.
    callgate = await startCallgate({ env: { CALLGATE_ADMIN_EMAIL: '', CALLGATE_ADMIN_PASSWORD: '' } });
    origin = `http://localhost:${callgate.port}`;
    browser = await openBrowser();
    admin = await openContext(browser, origin);
    page = await admin.context.newPage();
    page.setDefaultTimeout(20_000);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
  });

  const stateOf = () => admin.context.storageState();

  it('makes the first administrator from the printed link, which then works no more', async () => {
    await expect.poll(() => callgate.output(), { timeout: 10_000 }).toContain('/setup?code=');
    const link = /http\S+\/setup\?code=\S+/.exec(callgate.output())?.[0] ?? '';
    await visit(page, link);
    await page.getByLabel('Your name').fill('Ana');
    await page.getByLabel('E-mail').fill(ADMIN_EMAIL);
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.getByText('it is one of the first that guessers try').first().waitFor();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ana');
    // The browser notes each refused request; this one was meant.
    expect(admin.problems.splice(0)).toEqual([expect.stringContaining('status of 422')]);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.waitForURL(/\/servers\/new/);
    await settled(page);
    const again = await page.request.post(`${origin}/api/v1/setup`, {
      headers: { origin },
      data: { code: new URL(link).searchParams.get('code'), name: 'Eve', email: 'eve@example.com', password: ADMIN_PASSWORD },
    });
    expect(again.status()).toBeGreaterThanOrEqual(400);
  });

  it('adds a server over stdio: the test shows each step, and the tools come back classified', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Reference');
    await page.getByRole('radio', { name: /stdio/ }).check();
    await page.getByRole('textbox', { name: 'Command' }).fill('/no/such/command');
    await page.getByRole('button', { name: 'Test connection' }).click();
    const steps = page.getByRole('list').filter({ hasText: 'Find the command' });
    await steps.getByText('Find the command: failed').waitFor();

    await page.getByRole('textbox', { name: 'Command' }).fill(process.execPath);
    await page.getByRole('textbox', { name: 'Arguments' }).fill(`${EVERYTHING}\nstdio`);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await steps.getByText('List the tools: ok').waitFor();
    await page.getByRole('button', { name: 'Add server' }).click();
    await page.waitForURL(/\/servers\/reference\?tab=tools/);
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'get-env' }).textContent()).toMatch(/Low|Medium|High|Critical/);
    expect(await page.getByRole('row').filter({ hasText: 'echo' }).textContent()).toMatch(/Read|Write|Execute/);
  });

  it('pastes a policy into the editor and publishes it with a comment', async () => {
    await visit(page, `${origin}/policies`);
    await page.getByRole('button', { name: 'New policy' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('First rules');
    await page.getByRole('radio', { name: /Deny everything/ }).check();
    await page.getByRole('button', { name: 'Create draft' }).click();
    await page.waitForURL(/\/policies\/reference\/first-rules/);
    await page.locator('.monaco-editor .view-line').first().click();
    await page.evaluate((text) => navigator.clipboard.writeText(text), POLICY.replace('"deny_if"', '"deny_iff"'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+v');
    // A misspelt key is found while one types, with what was probably meant.
    await page
      .getByText(/did you mean/i)
      .first()
      .waitFor();
    await page.evaluate((text) => navigator.clipboard.writeText(text), POLICY);
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+v');
    await page
      .getByText(/did you mean/i)
      .first()
      .waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByTestId('review');
    // What opens access is said first, in words.
    await expect.poll(() => review.getByTestId('change-words').locator('li').first().getAttribute('data-effect')).toBe('loosens');
    await review.getByLabel('Comment').fill('The first rules');
    await review.getByRole('button', { name: 'Publish version 1' }).click();
    await page.getByText('Version 1 is live').waitFor();
    const { body } = await callgate.api<{ liveText: string }>('GET', '/servers/reference/policies/first-rules');
    expect(body.liveText).toBe(POLICY);
  });

  it('creates an agent and a grant, and shows the token once', async () => {
    await visit(page, `${origin}/agents`);
    await page.getByRole('button', { name: 'Create agent' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Robin');
    await dialog.getByRole('button', { name: 'Create agent' }).click();
    await page.waitForURL(/\/agents\/robin/);
    await dialog.getByText('Create grant').first().waitFor();
    await dialog.getByLabel('Server').click();
    await page.getByRole('option', { name: /Reference/ }).click();
    await dialog.getByRole('button', { name: 'Create grant' }).click();
    await dialog.getByRole('button', { name: 'Copy token' }).click();
    token = await page.evaluate(() => navigator.clipboard.readText());
    expect(token).toMatch(/^cg_/);
    // Masked until somebody asks for it.
    expect(await dialog.getByTestId('secret').textContent()).not.toContain(token);
  });

  it('shows calls of a real client in Activity while they happen, and why each was decided so', async () => {
    const activity = await admin.context.newPage();
    await visit(activity, `${origin}/activity?live=1`);
    await activity.evaluate(() => Object.assign(window, { neverReloaded: true }));
    const client = new Client({ name: 'robin-client', version: '1.0' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${origin}/mcp/reference`), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
    const listed = (await client.listTools()).tools.map(({ name }) => name);
    expect(listed).toContain('echo');
    expect(listed).not.toContain('get-env');

    const echo = () => client.callTool({ name: 'echo', arguments: { message: 'hello' } });
    expect(JSON.stringify((await echo()).content)).toContain('hello');
    const denied = await client.callTool({ name: 'get-sum', arguments: { a: 101, b: 1 } });
    expect([denied.isError, JSON.stringify(denied.content)]).toEqual([true, expect.stringContaining('Small sums only.')]);
    await expect(client.callTool({ name: 'get-env', arguments: {} })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown tool: get-env'),
    });
    await echo();
    const limited = await echo();
    expect([limited.isError, JSON.stringify(limited.content)]).toEqual([true, expect.stringContaining('Two echoes a day.')]);
    await client.close();

    const row = (tool: string, word: string) => activity.getByRole('row').filter({ hasText: tool }).filter({ hasText: word });
    await row('echo', 'Rate-limited').first().waitFor();
    await row('echo', 'Allowed').nth(1).waitFor();
    await row('get-sum', 'Denied').waitFor();
    await row('get-env', 'Hidden').waitFor();
    expect(await activity.evaluate(() => 'neverReloaded' in window)).toBe(true);
    // The dialog of the token was listening too.
    await page.getByText(/Connected by robin-client/).waitFor();

    // Beside the values, which filter.
    await row('get-sum', 'Denied').click({ position: { x: 6, y: 10 } });
    await activity.waitForURL(/sel=evt_/);
    await activity.goto(`${origin}/activity/${new URL(activity.url()).searchParams.get('sel')}`);
    await activity.getByText('args.a = 101').first().waitFor();
    await activity.getByText('Small sums only.').first().waitFor();
    expect(await activity.getByText('/tools/get-sum/deny_if/0').count()).toBeGreaterThan(0);
    await activity.close();
  });

  it('publishes by keyboard alone, and Tab leaves the editor', async () => {
    await visit(page, `${origin}/policies/reference/first-rules`);
    await page.locator('.monaco-editor .view-line').first().waitFor();
    const inEditor = () =>
      page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null && document.activeElement !== document.body);
    const onButton = (name: RegExp) => () =>
      page.evaluate(
        (source) => document.activeElement?.tagName === 'BUTTON' && new RegExp(source).test(document.activeElement.textContent ?? ''),
        name.source,
      );
    await pressUntil(page, 'Tab', inEditor);
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n// Checked by keyboard');
    await page.keyboard.press('Tab');
    expect(await inEditor()).toBe(true);
    await page.keyboard.press('Control+m');
    await pressUntil(page, 'Tab', async () => !(await inEditor()), 3);
    await pressUntil(page, 'Shift+Tab', onButton(/Review and publish/));
    await page.keyboard.press('Enter');
    await page.getByTestId('review').waitFor();
    const inComment = () =>
      page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA' && document.activeElement.closest('.monaco-editor') === null);
    await pressUntil(page, 'Tab', inComment);
    await page.keyboard.type('By keyboard');
    await pressUntil(page, 'Tab', onButton(/^Publish version 2$/));
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is live').waitFor();
    const { body } = await callgate.api<{ liveText: string }>('GET', '/servers/reference/policies/first-rules');
    expect(body.liveText).toContain('// Checked by keyboard');
  });

  it.each(['light', 'dark'])('has no serious accessibility problem on any page (%s)', async (theme) => {
    const { context } = await openContext(browser, origin, { dark: theme === 'dark', storageState: await stateOf() });
    const look = await context.newPage();
    const found: string[] = [];
    for (const path of PATHS) {
      await visit(look, `${origin}${path}`);
      if (path.includes('tab=versions')) await look.locator('.monaco-diff-editor .view-line').first().waitFor();
      else if (path === '/policies/reference/first-rules') await look.locator('.monaco-editor .view-line').first().waitFor();
      for (const problem of await seriousAxeProblems(look)) found.push(`${path}: ${problem}`);
    }
    await context.close();
    expect(found).toEqual([]);
  });

  it('fits a window of 390 pixels on every page', async () => {
    const { context } = await openContext(browser, origin, { width: 390, storageState: await stateOf() });
    const phone = await context.newPage();
    const found: string[] = [];
    for (const path of PATHS) {
      await visit(phone, `${origin}${path}`);
      const wider = await overflowWidth(phone);
      if (wider > 0) found.push(`${path} is ${wider} px wider`);
    }
    await context.close();
    expect(found).toEqual([]);
  });

  it('tells a viewer why an action is not theirs, and the API refuses it too', async () => {
    expect((await callgate.api('POST', '/members', VIEWER)).status).toBe(201);
    const { context } = await openContext(browser, origin);
    const viewer = await context.newPage();
    await signIn(viewer, VIEWER.email, VIEWER.password);
    await viewer.waitForURL(/\/overview/);
    for (const [path, name, role] of [
      ['/agents', 'Create agent', 'Admin'],
      ['/policies', 'New policy', 'Policy author'],
      ['/policies/reference/first-rules', 'Save draft', 'Policy author'],
    ] as const) {
      await visit(viewer, `${origin}${path}`);
      const button = viewer.getByRole('button', { name }).first();
      await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
      await button.focus();
      await viewer.getByRole('tooltip').filter({ hasText: `Your role is Viewer.` }).filter({ hasText: role }).waitFor();
    }
    const refused = await viewer.request.post(`${origin}/api/v1/agents`, {
      headers: { origin },
      data: { slug: 'x', name: 'x', owner: 'x' },
    });
    expect(refused.status()).toBe(403);
    await context.close();
  });

  it('caused no console error, no violation of the content security policy and no request elsewhere', () => {
    expect(admin.problems).toEqual([]);
  });

  // Last, because it also slows down the address that the test comes from.
  it('says that a password is wrong without telling more, and slows guessing down', async () => {
    const { context } = await openContext(browser, origin);
    const stranger = await context.newPage();
    const words: string[] = [];
    for (const email of [ADMIN_EMAIL, 'nobody@example.com']) {
      await signIn(stranger, email, 'not the password');
      words.push((await stranger.locator('form [role="alert"]').textContent()) ?? '');
    }
    expect(words[0]).toContain('E-mail or password is not right');
    expect(words[1]).toBe(words[0]);
    // What was typed is kept.
    expect(await stranger.getByLabel('E-mail').inputValue()).toBe('nobody@example.com');
    const told = () => stranger.locator('form [role="alert"]').textContent();
    for (let guess = 0; guess < 8 && !(await told())?.includes('Too many attempts'); guess++)
      await signIn(stranger, ADMIN_EMAIL, `guess ${guess}`);
    expect(await told()).toMatch(/Too many attempts\. Try again in \d+ s\./);
    // The right password does not help while the account is closed.
    await signIn(stranger, ADMIN_EMAIL, ADMIN_PASSWORD);
    await stranger.getByText(/Too many attempts/).waitFor();
    await context.close();
  });

  async function signIn(where: Page, email: string, password: string): Promise<void> {
    await visit(where, `${origin}/sign-in`);
    await where.getByLabel('E-mail').fill(email);
    await where.getByLabel('Password', { exact: true }).fill(password);
    await where.getByRole('button', { name: 'Sign in' }).click();
    await where.getByRole('button', { name: 'Sign in' }).and(where.locator('[aria-busy="true"]')).waitFor({ state: 'detached' });
  }
});
