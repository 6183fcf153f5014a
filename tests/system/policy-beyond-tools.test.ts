import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureFile, type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { CHROMIUM, openBrowser, openContext, signIn, visit, type Watched, WITHOUT_CHROMIUM } from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { httpServer, must, register } from './support/provision';

const TEXT = `{
  "version": "1",
  "default": "allow",
  "resources": {
    "default": "deny",
    "rules": {
      "test://docs/*": {} // the handbook
    }
  },
  "server": { "sampling": {} }
}
`;

describe.skipIf(!CHROMIUM)(`rules beyond tools in a real browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let upstream: StartedUpstream;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  const policy = '/servers/things/policies/beyond';

  beforeAll(async () => {
    upstream = await startServer([fixtureFile('catalogue-upstream.mjs')], {});
    callgate = await startCallgate();
    const origin = `http://localhost:${callgate.port}`;
    await register(callgate, httpServer('things', upstream.port));
    await must(callgate, 200, 'PUT', policy, { text: TEXT });
    browser = await openBrowser();
    watched = await openContext(browser, origin);
    page = await watched.context.newPage();
    page.setDefaultTimeout(30_000);
    await signIn(page, origin, ADMIN_EMAIL, ADMIN_PASSWORD);
    await visit(page, `${origin}/policies/things/beyond`);
    await page.locator('.monaco-editor .view-line').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    await upstream?.stop();
    expect(watched?.problems ?? []).toEqual([]);
  });

  const token = (id: string) => page.locator(`[data-token="${id}"]`);
  const plain = (text: string) => JSON.parse(text.replace('// the handbook', ''));
  async function saved(): Promise<string> {
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' });
    return (await must<{ draft: { text: string } }>(callgate, 200, 'GET', policy)).draft.text;
  }

  it('gets a limit for a resource from the policy’s page, and leaves the rest of the text alone', async () => {
    await page.getByRole('button', { name: '+ conditions and limits of test://docs/*' }).click();
    await page.getByRole('heading', { name: 'test://docs/*' }).waitFor();
    expect(await page.locator('[data-row="target:/resources/rules/test:~1~1docs~1*"]').getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('region', { name: 'Ask a human' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Limit', exact: true }).click();
    await page.getByRole('dialog', { name: 'Most' }).waitFor();
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    await expect.poll(() => token('/resources/rules/test:~1~1docs~1*/limits/0/max').textContent()).toContain('7');
    const text = await saved();
    expect(text).toContain('"counter": "resources_used"');
    expect(text).toContain('// the handbook');
    expect(plain(text).resources.rules['test://docs/*'].limits).toEqual([{ counter: 'resources_used', window: 'day', max: 7 }]);
  });

  it('offers what the protocol says of sampling for a condition', async () => {
    await page.locator('[data-row="target:/server/sampling"]').click();
    await page.getByRole('heading', { name: 'The model (sampling)' }).waitFor();
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByRole('option', { name: /temperature/ }).click();
    expect(plain(await saved()).server.sampling.deny_if).toEqual([expect.objectContaining({ path: 'args.temperature' })]);
  });

  it('begins rules for every resource, and takes them back', async () => {
    await page.locator('[data-row="policy"]').click();
    await page.getByRole('region', { name: 'Resources' }).getByRole('button', { name: '+ rules', exact: true }).click();
    await page.getByRole('heading', { name: 'Every resource' }).waitFor();
    expect(await page.getByRole('radiogroup').count()).toBe(0);
    await page.getByRole('button', { name: 'Rate', exact: true }).click();
    await page.keyboard.press('Escape');
    expect(plain(await saved()).resources.all).toEqual({ rate_limit: '10/minute' });
    await page.getByRole('button', { name: 'Remove from policy' }).click();
    await page.getByRole('heading', { name: 'Policy', exact: true }).waitFor();
    expect(plain(await saved()).resources.all).toBeUndefined();
  });
});
