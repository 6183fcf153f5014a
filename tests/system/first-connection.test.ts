import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../fixtures/upstreams/harness';
import {
  CHROMIUM,
  openBrowser,
  openContext,
  openPerson,
  overflowWidth,
  type Person,
  seriousAxeProblems,
  visit,
  WITHOUT_CHROMIUM,
} from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { send } from './support/calls';
import { type Access, grantAccess, publish, register, stdioServer } from './support/provision';

const ALLOW = { version: '1', default: 'allow' };

describe.skipIf(!CHROMIUM)(`the first connection of a client${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let callgate: RunningCallgate;
  let browser: Browser;
  let ana: Person;
  let origin: string;
  let desk: Access;

  beforeAll(async () => {
    callgate = await startCallgate();
    origin = `http://localhost:${callgate.port}`;
    for (const slug of ['desk', 'vault']) {
      await register(callgate, stdioServer(slug, [EVERYTHING]));
      await publish(callgate, slug, 'main', ALLOW);
    }
    desk = await grantAccess(callgate, 'desk', 'main', { label: 'Laptop' });
    browser = await openBrowser();
    ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
  });
  afterAll(async () => {
    await browser?.close();
    await callgate?.remove();
    expect(ana?.watched.problems ?? []).toEqual([]);
  });

  const connected = async (url: string, token: string, name: string): Promise<Client> => {
    const client = new Client({ name, version: '1.0' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  };

  it('is followed step by step in the grant, and a refusal is told with what to do', async () => {
    const { page } = ana;
    await visit(page, `${origin}/agents/${desk.agent}`);
    await page.getByRole('row').filter({ hasText: 'Laptop' }).click();
    await page.getByRole('button', { name: 'Listen for a connection' }).click();
    const heard = page.getByRole('region', { name: 'First connection' });
    const steps = () => heard.getByLabel('done').count();
    await heard.getByText('Listening for the first connection with this grant…').waitFor();
    await expect.poll(() => heard.getByLabel('not yet').count()).toBe(5);

    // A token that lost its end on the way into a configuration.
    expect((await send({ url: desk.url, token: desk.token.slice(0, -6) }, { method: 'tools/list' })).status).toBe(401);
    await heard.getByText(/One request /).waitFor();
    expect(await heard.getByRole('link', { name: 'See the event' }).count()).toBe(1);
    expect(await page.content()).not.toContain(desk.token.slice(0, -6));
    // It reached the gateway, and no further.
    expect(await steps()).toBe(1);
    expect(await seriousAxeProblems(page)).toEqual([]);

    const client = await connected(desk.url, desk.token, 'editor');
    await heard.getByText(/Connected by editor 1\.0 from .*Waiting for the first call/).waitFor();
    await client.listTools();
    await expect.poll(steps).toBe(4);
    await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
    await heard.getByText(/^Connected by editor 1\.0 from [^ ]+\.$/).waitFor();
    await client.close();
    await expect.poll(steps).toBe(5);
    await heard.getByRole('link', { name: 'View activity' }).click();
    await page.waitForURL(new RegExp(`/activity\\?grant=${desk.grant}`));
  });

  it('at the address of all servers is described on the page of the agent, with what it reaches', async () => {
    const { page } = ana;
    const address = `${callgate.url}/mcp`;
    const card = page.locator('section').filter({ hasText: 'All servers at one address' }).last();
    await visit(page, `${origin}/agents/${desk.agent}`);
    expect(await card.textContent()).toMatch(/Reaches now: desk/);
    await grantAccess(callgate, 'vault', 'main', { agent: desk.agent });
    await visit(page, `${origin}/agents/${desk.agent}`);
    await card.getByText(/Reaches now: .*desk.*vault/).waitFor();
    await card.getByRole('button', { name: 'Copy address of all servers' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(copied).pathname).toBe('/mcp');
    expect(await card.textContent()).not.toContain(desk.token);
    expect(await seriousAxeProblems(page)).toEqual([]);

    // What the card says is what a client finds there.
    const client = await connected(address, desk.token, 'everywhere');
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['desk__echo', 'vault__echo']));
    const said = await client.callTool({ name: 'vault__echo', arguments: { message: 'hi' } });
    expect(JSON.stringify(said.content)).toContain('hi');
    await client.close();

    const lonely = await callgate.api('POST', '/agents', { slug: 'lonely', name: 'Lonely', owner: ADMIN_EMAIL });
    expect(lonely.status).toBe(201);
    await visit(page, `${origin}/agents/lonely`);
    await card.getByText('It reaches nothing now').waitFor();
    for (const [width, dark] of [
      [1024, false],
      [390, true],
    ] as const) {
      const other = await openContext(browser, origin, { width, dark, storageState: await ana.watched.context.storageState() });
      const narrow = await other.context.newPage();
      await visit(narrow, `${origin}/agents/${desk.agent}`);
      expect(await overflowWidth(narrow), `at ${width}`).toBe(0);
      await other.context.close();
      expect(other.problems).toEqual([]);
    }
  });
});
