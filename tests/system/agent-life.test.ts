import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
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
import { callTool, outcomeOf, send } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const LEO = { email: 'leo@example.com', name: 'Leo', role: 'author', password: 'a lantern in the harbour' };
const BEN = { email: 'ben@example.com', name: 'Ben', role: 'approver', password: 'glass bridge over water' };
const MAIN = { version: '1', default: 'deny', tools: { read_record: { rate_limit: '1000/minute' } } };
const MORE = { version: '1', default: 'deny', tools: { read_record: {}, write_record: {} } };
const EFFECTIVE_WITHIN_MS = 500;

interface Elevation {
  readonly id: string;
  readonly status: string;
  readonly until: string;
}

/** The management API in the name of a person, with the cookie of their browser. */
async function asPerson<T>(page: Page, origin: string, method: string, path: string, data: object): Promise<T> {
  const answer = await page.request.fetch(`${origin}/api/v1${path}`, { method, headers: { origin }, data });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

describe.skipIf(!CHROMIUM)(`agents and grants in a real browser, on two nodes${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let database: TestDatabase;
  let sink: Sink;
  let first: RunningCallgate;
  let second: RunningCallgate;
  let browser: Browser;
  let origin: string;
  let ana: Person;
  let ben: Person;

  const person = (email: string, password: string) => openPerson(browser, origin, { email, password });
  const at = (node: RunningCallgate, access: Access): Access => ({ ...access, url: `${node.url}/mcp/sink` });
  const outcome = async (node: RunningCallgate, access: Access, tool = 'read_record') =>
    outcomeOf(await callTool(at(node, access), tool, { id: 'x' }));
  const reaches = (access: Access, word: string, tool = 'read_record') =>
    Promise.all(
      [first, second].map((node) => eventually(`${word} at ${node.url}`, async () => (await outcome(node, access, tool)) === word)),
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    sink = await startSink();
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    first = await startCallgate({ env });
    second = await startCallgate({ args: ['--gateway'], env });
    origin = `http://localhost:${first.port}`;
    await register(first, httpServer('sink', sink.port));
    await publish(first, 'sink', 'main', MAIN);
    await publish(first, 'sink', 'more', MORE);
    for (const member of [LEO, BEN]) await must(first, 201, 'POST', '/members', member);
    browser = await openBrowser();
    ana = await person(ADMIN_EMAIL, ADMIN_PASSWORD);
    ben = await person(BEN.email, BEN.password);
  });
  afterAll(async () => {
    await browser?.close();
    await second?.remove();
    await first?.remove();
    await sink?.stop();
    await database?.drop();
  });

  it('stop a revoked grant and a suspended agent at the other node within half a second', async () => {
    const measured: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [revoked, suspended] = [await grantAccess(first, 'sink', 'main'), await grantAccess(first, 'sink', 'main')];
      for (const access of [revoked, suspended]) await reaches(access, 'ok');
      for (const [access, word, act] of [
        [revoked, '401', () => must(first, 200, 'POST', `/grants/${revoked.grant}/revoke`, {})],
        [suspended, '403', () => must(first, 200, 'PATCH', `/agents/${suspended.agent}`, { status: 'suspended' })],
      ] as const) {
        await act();
        const from = performance.now();
        // At the node that made the change it is so already.
        expect(await outcome(first, access)).toBe(word);
        await eventually(`${word} at the other node`, async () => (await outcome(second, access)) === word);
        measured.push(performance.now() - from);
      }
    }
    console.info(`revocations and suspensions reached the other node after ${measured.map(Math.round).join(', ')} ms`);
    measured.sort((a, b) => a - b);
    expect(measured[2]).toBeLessThan(EFFECTIVE_WITHIN_MS);
    expect(measured.at(-1)).toBeLessThan(2_000);
  });

  it('use the other policy while an elevation lasts, and fall back by themselves on both nodes', async () => {
    const access = await grantAccess(first, 'sink', 'main');
    await reaches(access, 'denied', 'write_record');
    const asked = await must<Elevation>(first, 201, 'POST', `/grants/${access.grant}/elevate`, {
      policy: 'more',
      minutes: 0.1,
      reason: 'incident 4711',
    });
    const given = await asPerson<Elevation>(ben.page, origin, 'POST', `/elevations/${asked.id}/approve`, {});
    expect(given.status).toBe('active');
    await reaches(access, 'ok', 'write_record');
    const { items } = await must<{ items: { id: string; policy: string }[] }>(
      first,
      200,
      'GET',
      `/audit?grant=${access.grant}&decision=allowed`,
    );
    expect(items[0]?.policy).toBe('more');
    const event = await must<{ elevation: unknown }>(first, 200, 'GET', `/audit/${items[0]?.id}`);
    expect(event.elevation).toMatchObject({ id: asked.id, reason: 'incident 4711', decidedBy: 'Ben' });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(given.until) - Date.now()) + 50));
    // Nobody did anything, and no node heard of anything.
    expect(await Promise.all([first, second].map((node) => outcome(node, access, 'write_record')))).toEqual(['denied', 'denied']);
    expect((await must<Elevation>(first, 200, 'GET', `/elevations/${asked.id}`)).status).toBe('over');
  });

  it('are shown on one page: who was seen, what it reaches in words, what it did', async () => {
    const access = await grantAccess(first, 'sink', 'main', { label: 'nightly', purpose: 'reports' });
    await reaches(access, 'ok');
    const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'night-bot', version: '4.2' } };
    await send(access, { method: 'initialize', params: initialize });
    await callTool(access, 'write_record', { id: 'x' });
    const { page, watched } = ana;
    await eventually(
      'the use was noted',
      async () => (await must<{ lastClient: unknown }>(first, 200, 'GET', `/agents/${access.agent}`)).lastClient,
    );
    await visit(page, `${origin}/agents/${access.agent}?tab=access`);
    const glance = page.getByRole('region', { name: 'At a glance' });
    expect(await glance.textContent()).toMatch(/night-bot 4\.2/);
    await page.getByText(/^May call 1 of \d+ tools; 1 is limited\.$/).waitFor();
    await page.getByRole('tab', { name: 'What it did' }).click();
    const calls = page.getByRole('tabpanel').getByRole('listitem');
    await calls.first().waitFor();
    expect(await calls.first().textContent()).toMatch(/write_record.*Denied/);
    for (const tab of ['access', 'activity', 'exceptions', 'elevations', 'settings']) {
      await visit(page, `${origin}/agents/${access.agent}?tab=${tab}`);
      expect(await seriousAxeProblems(page), tab).toEqual([]);
    }
    expect(watched.problems).toEqual([]);
  });

  it('are blocked with one press from page, list, call and palette, and go on when that is undone', async () => {
    const access = await grantAccess(first, 'sink', 'main');
    await reaches(access, 'ok');
    const { page, watched } = ana;
    const block = (place: Page | ReturnType<Page['getByRole']> = page) => place.getByRole('button', { name: 'Block agent' }).click();
    const undone = async () => {
      await page.getByRole('button', { name: 'Undo' }).click();
      await reaches(access, 'ok');
      await page.getByText(`${access.agent} may call again`).waitFor();
    };

    await visit(page, `${origin}/agents/${access.agent}`);
    await block();
    await page.getByText(`${access.agent} is blocked`).waitFor();
    await reaches(access, '403');
    await page.getByText(/^Blocked: every call/).waitFor();
    await undone();

    await visit(page, `${origin}/agents?q=${access.agent}`);
    await block(page.getByRole('row', { name: access.agent }));
    await reaches(access, '403');
    await undone();

    const [call] = (await must<{ items: { id: string }[] }>(first, 200, 'GET', `/audit?agent=${access.agent}&limit=1`)).items;
    await visit(page, `${origin}/activity/${call?.id}`);
    await block();
    await reaches(access, '403');
    await undone();

    await page.keyboard.press('ControlOrMeta+k');
    const choice = page.getByRole('option', { name: `Block ${access.agent}`, exact: true });
    await choice.waitFor({ state: 'attached' });
    await page.keyboard.type(`block ${access.agent}`);
    // First comes the search for what was typed, then the best match.
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => choice.getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await reaches(access, '403');
    await visit(page, `${origin}/agents/${access.agent}`);
    await page.getByText(/command palette/).waitFor();

    await page.getByRole('button', { name: 'Activate again' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('looked into it');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Activate ${access.agent}` })
      .click();
    await reaches(access, 'ok');
    expect(watched.problems).toEqual([]);
  });

  it('get more access when one person asks and another agrees, in the console', async () => {
    const access = await grantAccess(first, 'sink', 'main');
    await reaches(access, 'denied', 'write_record');
    await visit(ana.page, `${origin}/agents/${access.agent}?sel=${access.grant}`);
    await ana.page.getByRole('button', { name: 'Ask for more access' }).click();
    const dialog = ana.page.getByRole('dialog');
    await dialog.getByLabel('Policy').click();
    await ana.page.getByRole('option', { name: /more/ }).click();
    await dialog.getByLabel('Reason').fill('clean-up of November');
    await dialog.getByRole('button', { name: 'Ask for access' }).click();
    await ana.page.getByText('Asked for more access').waitFor();

    await visit(ben.page, `${origin}/approvals`);
    await ben.page.getByRole('tab', { name: /Access requests/ }).click();
    const request = ben.page.getByRole('list', { name: 'Access requests' }).getByRole('listitem').filter({ hasText: access.agent });
    expect(await request.textContent()).toMatch(/more instead of main, for 1 hour.*clean-up of November/);
    await request.getByRole('button', { name: 'Approve…' }).click();
    await ben.page.getByRole('dialog').getByLabel('Reason').fill('go ahead');
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Approve access' }).click();
    await reaches(access, 'ok', 'write_record');
    await visit(ana.page, `${origin}/agents/${access.agent}`);
    await ana.page.getByText(/More access for a while: sink is used under more until/).waitFor();

    await request.getByRole('button', { name: 'End access now' }).click();
    await ben.page.getByRole('dialog').getByRole('button', { name: 'End access' }).click();
    await reaches(access, 'denied', 'write_record');
    expect([...ana.watched.problems, ...ben.watched.problems]).toEqual([]);
  });

  it('ask a person again as soon as an exception is revoked', async () => {
    await publish(first, 'sink', 'asking', {
      version: '1',
      default: 'deny',
      tools: { read_record: {}, write_record: { approval: { approvers: ['role:approver'], reuse: '1h' } } },
    });
    const access = await grantAccess(first, 'sink', 'asking');
    await reaches(access, 'ok');
    const id = 'kept-for-an-hour';
    const call = (node: RunningCallgate) => callTool(at(node, access), 'write_record', { id }).then(outcomeOf);
    const held = call(first);
    const request = await eventually('it is asked for', async () => {
      const { items } = await must<{ items: { id: string; digest: string }[] }>(first, 200, 'GET', `/approvals?agent=${access.agent}`);
      return items[0] ?? null;
    });
    await asPerson(ben.page, origin, 'POST', `/approvals/${request.id}/approve`, { digest: request.digest, for: '1h' });
    expect(await held).toBe('ok');
    expect(await Promise.all([first, second].map(call))).toEqual(['ok', 'ok']);

    await visit(ben.page, `${origin}/agents/${access.agent}?tab=exceptions`);
    await ben.page.getByText(/write_record/).waitFor();
    await ben.page.getByRole('button', { name: 'Revoke exception' }).click();
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Revoke exception' }).click();
    await ben.page.getByText('No exception is active').waitFor();
    const ended = call(second);
    const again = await eventually('it is asked for again', async () => {
      const { items } = await must<{ items: { id: string; digest: string; status: string }[] }>(
        first,
        200,
        'GET',
        `/approvals?agent=${access.agent}&status=pending`,
      );
      return items[0] ?? null;
    });
    await asPerson(ben.page, origin, 'POST', `/approvals/${again.id}/deny`, { digest: again.digest, reason: 'not any more' });
    expect(await ended).toBe('denied');
    expect(ben.watched.problems).toEqual([]);
  });

  it('are looked at: an overdue review is marked done, and what nobody uses is revoked together', async () => {
    const access = await grantAccess(first, 'sink', 'main', { label: 'forgotten' });
    const client = new pg.Client(database.poolConfig);
    await client.connect();
    await client.query("UPDATE grants SET created_at = now() - interval '20 days' WHERE id = $1", [access.grant]);
    await client.query("UPDATE agents SET review_due = now() - interval '2 days' WHERE slug = $1", [access.agent]);
    await client.end();
    const { page, watched } = ana;
    await visit(page, `${origin}/overview`);
    await page.getByRole('link', { name: '1 grant is not used' }).waitFor();
    await page.getByRole('link', { name: '1 agent is due for a review' }).click();
    await page.getByRole('row', { name: access.agent }).getByText('review overdue, 1 unused').waitFor();

    await visit(page, `${origin}/agents/${access.agent}`);
    await page.getByRole('button', { name: 'Mark reviewed' }).click();
    await page.getByRole('dialog').getByLabel('Note').fill('still needed');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Mark ${access.agent} reviewed` })
      .click();
    await expect.poll(() => page.getByRole('region', { name: 'At a glance' }).textContent()).toMatch(/last .* by /);

    await visit(page, `${origin}/agents?tab=grants&unused=true`);
    await page.getByRole('button', { name: 'Revoke 1 unused grant' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('list', { name: 'Grants to revoke' }).textContent()).toMatch(/forgotten.*never used/);
    await dialog.getByRole('button', { name: 'Revoke 1 unused grant' }).click();
    await reaches(access, '401');
    await page.getByText('Nothing matches these filters').waitFor();
    expect(watched.problems).toEqual([]);
  });

  it('are shown and suspended when their owner leaves', async () => {
    const agent = 'of-leo';
    await must(first, 201, 'POST', '/agents', { slug: agent, name: 'Of Leo', owner: LEO.email });
    const access = await grantAccess(first, 'sink', 'main', { agent });
    await reaches(access, 'ok');
    const { page, watched } = ana;
    await visit(page, `${origin}/settings/members`);
    await page.getByRole('button', { name: 'Actions for Leo' }).click();
    await page.getByRole('menuitem', { name: 'Disable member' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Owns 1 agent with 1 grant/).waitFor();
    expect(await dialog.getByRole('list', { name: 'Owned agents' }).textContent()).toMatch(/Of Leo.*1 grant on sink/);
    await dialog.getByRole('button', { name: 'Disable Leo' }).click();
    await page.getByText('1 agent suspended.').waitFor();
    // Who owned it is disabled and it is suspended itself: either is enough to refuse it.
    await reaches(access, '401');
    const { items } = await must<{ items: { action: string; entityName: string }[] }>(first, 200, 'GET', '/changes?limit=5');
    expect(items.map(({ action, entityName }) => `${action} ${entityName}`)).toEqual(
      expect.arrayContaining([`agent.suspend ${agent}`, `member.disable ${LEO.email}`]),
    );
    await must(first, 200, 'PATCH', `/agents/${agent}`, { owner: ADMIN_EMAIL });
    await reaches(access, '403');
    expect(watched.problems).toEqual([]);
  });

  it('fit on a phone and in the dark', async () => {
    const { context, problems } = await openContext(browser, origin, {
      width: 390,
      dark: true,
      storageState: await ana.watched.context.storageState(),
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    for (const path of [
      '/agents',
      '/agents?tab=grants',
      '/agents/of-leo',
      '/agents/of-leo?tab=access',
      '/agents/of-leo?tab=activity',
      '/approvals',
    ]) {
      await visit(page, `${origin}${path}`);
      expect(await overflowWidth(page), path).toBe(0);
      expect(await seriousAxeProblems(page), path).toEqual([]);
    }
    await context.close();
    expect(problems).toEqual([]);
  });
});
