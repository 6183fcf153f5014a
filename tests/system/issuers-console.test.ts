import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JwksServer, startJwksServer } from '../fixtures/jwks-server';
import { ISSUER, jwksOf, newSigningKey, type SigningKey, signJwt } from '../fixtures/jwt-fixture';
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
import { callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, must, publish, register, stdioServer } from './support/provision';

const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'a lantern in the harbour' };

describe.skipIf(!CHROMIUM)(`token issuers in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let keys: JwksServer;
  let key: SigningKey;
  let origin: string;
  let access: Access;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    key = await newSigningKey('k1');
    keys = await startJwksServer(jwksOf(key));
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    await register(callgate, stdioServer('desk', [EVERYTHING]));
    await publish(callgate, 'desk', 'main', { version: '1', default: 'allow' });
    access = await grantAccess(callgate, 'desk', 'main');
    await must(callgate, 201, 'POST', '/members', VIEWER);
    browser = await openBrowser();
    watched = await openContext(browser, origin);
    page = await watched.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await keys?.stop();
  });

  const sum = async (): Promise<string> => {
    const token = await signJwt(key, Date.now(), { sub: 'client-7', aud: 'api://callgate' });
    return outcomeOf(await callTool({ url: access.url, token }, 'get-sum', { a: 1, b: 2 }));
  };
  const dialog = () => page.getByRole('dialog');
  const menu = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'Actions for Our login' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  it('are added, corrected, tried, disabled and deleted', async () => {
    expect(await sum()).toBe('401');
    await visit(page, `${origin}/settings/issuers`);
    await page.getByText('No token issuer').waitFor();
    await page.getByRole('button', { name: 'Add issuer' }).click();
    const add = dialog().getByRole('button', { name: 'Add issuer' });
    expect(await add.getAttribute('aria-disabled')).toBe('true');
    await dialog().getByLabel('Name').fill('Our login');
    await dialog().getByLabel('Issuer', { exact: true }).fill(ISSUER);
    await dialog().getByLabel('Address of the keys (JWKS)').fill('http://10.0.0.1/keys');
    await dialog().getByLabel('Audiences').fill('api://callgate');
    await dialog().getByLabel('Agents by value').fill(`client-7=${access.agent}`);
    expect(await seriousAxeProblems(page)).toEqual([]);
    await add.click();
    await dialog().getByRole('alert').waitFor();
    await dialog().getByLabel('Address of the keys (JWKS)').fill(keys.url);
    await add.click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByText(ISSUER).first().waitFor();
    await eventually('its tokens are believed', async () => (await sum()) === 'ok');

    await menu('Read keys now');
    await page.getByText('1 key can be used').waitFor();
    await menu('Edit issuer');
    await dialog().getByLabel('Required scopes').fill('mcp:call');
    await dialog().getByRole('button', { name: 'Save issuer' }).click();
    await dialog().waitFor({ state: 'detached' });
    await eventually('its tokens lack a scope', async () => (await sum()) === '403');
    await menu('Disable issuer');
    await eventually('its tokens are refused', async () => (await sum()) === '401');
    await menu('Delete issuer');
    await dialog().getByRole('button', { name: 'Delete Our login' }).click();
    await page.getByText('No token issuer').waitFor();
    expect(watched.problems.filter((line) => !line.includes('422'))).toEqual([]);
  });

  it('can be looked at by a viewer on a telephone in the dark, and changed by admins only', async () => {
    await must(callgate, 201, 'POST', '/jwt-issuers', { name: 'Our login', issuer: `${ISSUER}/${'long/'.repeat(30)}`, jwksUrl: keys.url });
    const small = await openContext(browser, origin, { width: 390, dark: true });
    const phone = await small.context.newPage();
    await signIn(phone, origin, VIEWER.email, VIEWER.password);
    await visit(phone, `${origin}/settings/issuers`);
    await phone.getByText('Our login').first().waitFor();
    expect(await phone.getByRole('button', { name: 'Add issuer' }).getAttribute('aria-disabled')).toBe('true');
    expect(await overflowWidth(phone)).toBe(0);
    expect(await seriousAxeProblems(phone)).toEqual([]);
    expect(small.problems).toEqual([]);
  });
});
