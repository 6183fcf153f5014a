import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../fixtures/oauth/authorization-server';
import { type ProtectedMcp, startProtectedMcp } from '../fixtures/oauth/protected-mcp';
import {
  CHROMIUM,
  openBrowser,
  openPerson,
  overflowWidth,
  type Person,
  seriousAxeProblems,
  settled,
  visit,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { grantAccess, must, publish } from './support/provision';

describe.skipIf(!CHROMIUM)(`connecting a server in the console${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let as: AuthorizationServer;
  let mcp: ProtectedMcp;
  let browser: Browser;
  let ana: Person;
  /** Where people reach it, and so where authorization servers send them back to. */
  let origin = '';

  beforeAll(async () => {
    as = await startAuthorizationServer();
    mcp = await startProtectedMcp(as);
    callgate = await startCallgate();
    await must(callgate, 201, 'POST', '/servers', { slug: 'crm', name: 'CRM', transport: 'http', url: mcp.url });
    browser = await openBrowser();
    origin = `http://localhost:${callgate.port}`;
    ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await mcp?.stop();
    await as?.stop();
  });

  const call = async (url: string, token: string, name: string) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    return (await fetch(url, { method: 'POST', headers, body })).text();
  };

  it('sets OAuth up, goes to the authorization server and comes back connected, with the tools read', async () => {
    const { page } = ana;
    await visit(page, `${origin}/servers/crm?tab=settings`);
    await page.getByRole('button', { name: 'Set up OAuth' }).click();
    await page.getByRole('button', { name: 'Save authentication' }).click();
    await page.getByText('Not connected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.waitForURL(/auth=connected/);
    await settled(page);
    await page.getByText('Connected', { exact: true }).first().waitFor();
    expect(await page.getByText(as.issuer).count()).toBeGreaterThan(0);
    expect(await overflowWidth(page)).toBe(0);
    expect(await seriousAxeProblems(page)).toEqual([]);
    const tools = await must<{ items: { name: string }[] } | { name: string }[]>(callgate, 200, 'GET', '/servers/crm/tools');
    expect(JSON.stringify(tools)).toContain('whoami');
  });

  it('serves calls, says what is needed, and what is broken when the grant was revoked', async () => {
    await publish(callgate, 'crm', 'main', { version: '1', default: 'allow' });
    const { url, token } = await grantAccess(callgate, 'crm', 'main');
    expect(await call(url, token, 'whoami')).toContain('client client-');
    await call(url, token, 'read_admin');
    as.revokeAll();
    expect(await call(url, token, 'whoami')).toContain('an operator has to reconnect it');
    const { page } = ana;
    await visit(page, `${origin}/servers/crm?tab=settings`);
    await page.getByText('Needs to be connected again').waitFor();
    await page.getByText('lacks a scope').waitFor();
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await page.waitForURL(/auth=connected/);
    await page.getByText('Connected', { exact: true }).first().waitFor();
    expect(await call(url, token, 'read_admin')).toContain('client client-');
  });

  it('gives an agent a credential of its own, replaces it and removes it, and never shows what it holds', async () => {
    const { url, token, agent } = await grantAccess(callgate, 'crm', 'main');
    const { page } = ana;
    await visit(page, `${origin}/servers/crm?tab=settings`);
    const own = page.getByRole('region', { name: 'Credentials of single agents' });
    await own.getByText('No agent has a credential of its own here.').waitFor();
    await own.getByRole('button', { name: 'Add a credential' }).click();
    await own.getByLabel('Agent').click();
    await page.getByRole('option', { name: agent }).click();
    expect(await own.getByRole('button', { name: 'Save credential' }).getAttribute('aria-disabled')).toBe('true');
    await own.getByLabel('Value of Authorization').fill('Bearer canary-of-this-agent');
    expect(await seriousAxeProblems(page)).toEqual([]);
    await own.getByRole('button', { name: 'Save credential' }).click();
    await own.locator('summary').filter({ hasText: agent }).click();
    await own.getByText('Headers of its own').waitFor();
    expect(await page.content()).not.toContain('canary-of-this-agent');
    expect(JSON.stringify(await must(callgate, 200, 'GET', '/servers/crm/auth'))).not.toContain('canary-of-this-agent');
    // The server knows no such token, and the server's own credential is not tried in its place.
    expect(await call(url, token, 'whoami')).not.toContain('client client-');

    await own.getByRole('button', { name: 'Replace' }).click();
    await own.getByLabel('Kind').click();
    await page.getByRole('option', { name: /^OAuth/ }).click();
    await own.getByRole('button', { name: 'Save credential' }).click();
    await own.getByText('Not connected', { exact: true }).first().waitFor();
    await own.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.waitForURL(/auth=connected/);
    await settled(page);
    await own.getByText('Connected', { exact: true }).first().waitFor();
    expect(await call(url, token, 'whoami')).toContain('client client-');
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await overflowWidth(page), `at ${width}`).toBe(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await own.locator('summary').filter({ hasText: agent }).click();
    await own.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: `Remove the credential of ${agent}` }).click();
    await own.getByText('No agent has a credential of its own here.').waitFor();
    expect(await call(url, token, 'whoami')).toContain('client client-');
    // People are sent to the authorization server, and nowhere else.
    expect(ana.watched.problems.filter((problem) => problem !== `request to ${new URL(as.issuer).origin}`)).toEqual([]);
  });
});
