import { randomBytes } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type SlowUpstream, startSlowUpstream } from '../fixtures/upstreams/slow-upstream';
import { CHROMIUM, openBrowser, openPerson, overflowWidth, seriousAxeProblems, visit, WITHOUT_CHROMIUM } from './support/browser';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type RunningCallgate, startCallgate } from './support/callgate';
import { type Answer, callTool, outcomeOf } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';

const CREATE_NOTE = {
  name: 'create_note',
  description: 'Creates a note.',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
};
const VIEWER = { email: 'vi@example.com', name: 'Vi', role: 'viewer', password: 'a lantern in the harbour' };
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { read_fast: {}, create_note: {} },
};
const LIMITED = { ...POLICY, tools: { create_note: { limits: [{ counter: 'notes', window: 'month', max: 40 }] } } };

interface ListedAlert {
  readonly id: string;
  readonly kind: string;
  readonly explanation: string;
  readonly restriction: { readonly id: string; readonly active: boolean } | null;
}

const reasonOf = ({ body }: Answer): string => body?.result?._meta?.['dev.callgate/decision']?.reason ?? 'ran';

describe('unusual calls, at a console node and a gateway node on one database', () => {
  let database: TestDatabase;
  let upstream: SlowUpstream;
  let nodes: [RunningCallgate, RunningCallgate];
  let origin: string;
  let browser: Browser | null = null;

  beforeAll(async () => {
    database = await createTestDatabase();
    upstream = await startSlowUpstream([CREATE_NOTE]);
    const env = { DATABASE_URL: database.url, CALLGATE_SECRET_KEY: randomBytes(32).toString('base64') };
    const first = await startCallgate({ env });
    nodes = [first, await startCallgate({ args: ['--gateway'], env })];
    origin = `http://localhost:${first.port}`;
    await register(first, httpServer('slow', upstream.port));
    await publish(first, 'slow', 'main', POLICY);
    await publish(first, 'slow', 'limited', LIMITED);
    await must(first, 201, 'POST', '/members', VIEWER);
    await must(first, 200, 'PUT', '/anomaly-settings/loop', { action: 'pause', reason: 'loops have to end' });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all((nodes ?? []).map((node) => node.remove()));
    await upstream?.stop();
    await database?.drop();
  });

  const newAgent = async (policy = 'main'): Promise<Access> => {
    const access = await grantAccess(nodes[0], 'slow', policy);
    for (const node of nodes)
      await eventually('the node knows the grant', async () => (await callTool(at(access, node), 'unknown', {})).status === 200);
    return access;
  };
  const at = (access: Access, node: RunningCallgate): Access => ({ ...access, url: `${node.url}/mcp/slow` });
  const arrived = (id: string) => upstream.calls.filter((call) => call.id === id).length;
  const alertsOf = async ({ agent }: Access) =>
    (await must<{ items: ListedAlert[] }>(nodes[0], 200, 'GET', `/alerts?agent=${agent}`)).items;
  const pausedOn = (access: Access, node: RunningCallgate) =>
    eventually(
      'the node has the pause',
      async () => reasonOf(await callTool(at(access, node), 'read_fast', { id: 'look' })) === 'anomaly.paused',
    );

  it.each(['one after the other', 'eight at once'])(
    'stop a runaway loop, %s over both nodes, within 20 calls, and pause its agent',
    async (way) => {
      const access = await newAgent();
      const words: string[] = [];
      const caller = async (): Promise<void> => {
        while (words.length < 60)
          words.push(reasonOf(await callTool(at(access, nodes[words.length % 2] as RunningCallgate), 'create_note', { id: way })));
      };
      await Promise.all(Array.from({ length: way === 'eight at once' ? 8 : 1 }, caller));
      const passed = words.filter((word) => word === 'ran').length;
      console.info(`Of a loop, ${way} over two nodes, ${passed} calls passed.`);
      expect(passed).toBeGreaterThanOrEqual(15);
      expect(passed).toBeLessThanOrEqual(20);
      expect(arrived(way)).toBe(passed);
      expect(new Set(words.filter((word) => word !== 'ran' && word !== 'anomaly.paused'))).toEqual(new Set(['anomaly.loop']));
      // The whole agent is paused on both nodes, whatever it calls; others are not.
      for (const node of nodes) await pausedOn(access, node);
      const [alert] = await alertsOf(access);
      expect(alert).toMatchObject({ kind: 'loop', restriction: { active: true } });
      const other = await newAgent();
      expect(outcomeOf(await callTool(other, 'create_note', { id: 'other' }))).toBe('ok');
    },
  );

  it('let other arguments, reads and what a limit of the policy counts go on', async () => {
    const access = await newAgent();
    for (let n = 0; n < 40; n++) expect(outcomeOf(await callTool(access, 'create_note', { id: `note ${n}` }))).toBe('ok');
    for (let n = 0; n < 110; n++) expect(outcomeOf(await callTool(access, 'read_fast', { id: 'again' }))).toBe('ok');
    const [alert] = await eventually('the reads are told of', async () => {
      const all = await alertsOf(access);
      return all.length > 0 ? all : null;
    });
    expect(alert).toMatchObject({ kind: 'repeated_read', restriction: null });
    const limited = await newAgent('limited');
    const words = [];
    for (let n = 0; n < 45; n++)
      words.push(reasonOf(await callTool(at(limited, nodes[n % 2] as RunningCallgate), 'create_note', { id: 'limited' })));
    expect(words.filter((word) => word === 'ran')).toHaveLength(40);
    expect(words.filter((word) => word === 'limit.exhausted')).toHaveLength(5);
  });

  it('see a storm of refusals in the numbers of calls', async () => {
    const access = await newAgent();
    for (let n = 0; n < 70; n++)
      await callTool(at(access, nodes[n % 2] as RunningCallgate), 'create_note', { id: `x ${n}`, undeclared: n });
    for (let n = 0; n < 70; n++) await callTool(at(access, nodes[n % 2] as RunningCallgate), 'read_slow', { id: `x ${n}` });
    const alert = await eventually(
      'the storm is found',
      async () => (await alertsOf(access)).find(({ kind }) => kind === 'denial_storm') ?? null,
      30_000,
    );
    expect(alert.explanation).toMatch(/of \d+ calls of agent-\d+ were refused within 10 minutes/);
  });

  it.skipIf(!CHROMIUM)(
    `are acknowledged, tuned, followed to the calls and lifted in a browser${CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`,
    async () => {
      browser = await openBrowser();
      const ana = await openPerson(browser, origin, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD }, { width: 1440 });
      const vi = await openPerson(browser, origin, VIEWER, { width: 390, dark: true });
      const access = await newAgent();
      const { page } = ana;
      await visit(page, `${origin}/alerts?agent=${access.agent}`);
      for (let n = 0; n < 17; n++) await callTool(access, 'create_note', { id: 'in the browser' });
      // Without a reload: the page hears of it.
      const row = page.getByRole('listitem').filter({ hasText: '15 identical calls of slow/create_note' });
      await row.waitFor();
      expect(await seriousAxeProblems(page)).toEqual([]);
      await row.getByRole('button', { name: 'Acknowledge' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Note').fill('looking <b>into</b> it');
      await dialog.getByRole('button', { name: 'Acknowledge alert' }).click();
      await row.getByText('looking <b>into</b> it').waitFor();

      await row.getByRole('button', { name: 'Tune' }).click();
      await dialog.getByLabel('Threshold, identical calls').fill('2');
      await dialog.getByLabel('Reason').fill('it retries');
      expect(await dialog.getByRole('button', { name: 'Tune loop' }).getAttribute('aria-disabled')).toBe('true');
      await dialog.getByLabel('Threshold, identical calls').fill('30');
      expect(await seriousAxeProblems(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Tune loop' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await visit(page, `${origin}/alerts?tab=kinds`);
      await page.getByText(`${access.agent} with slow/create_note`).waitFor();
      expect(await seriousAxeProblems(page)).toEqual([]);

      await visit(vi.page, `${origin}/alerts?agent=${access.agent}`);
      await vi.page.getByText('15 identical calls').first().waitFor();
      expect(await vi.page.getByRole('button', { name: 'Lift pause' }).getAttribute('aria-disabled')).toBe('true');
      expect(await overflowWidth(vi.page)).toBe(0);
      expect(await seriousAxeProblems(vi.page)).toEqual([]);
      await visit(vi.page, `${origin}/alerts?tab=kinds`);
      expect(await overflowWidth(vi.page)).toBe(0);

      await visit(page, `${origin}/agents/${access.agent}`);
      const note = page.getByRole('region', { name: 'Paused' });
      await note.getByText('The next one was stopped').waitFor();
      expect(await seriousAxeProblems(page)).toEqual([]);
      await note.getByRole('button', { name: 'Lift pause' }).click();
      await dialog.getByLabel('Reason').fill('the client is mended');
      await dialog.getByRole('button', { name: 'Lift pause' }).click();
      await note.waitFor({ state: 'hidden' });
      for (const node of nodes)
        await eventually(
          'the agent can call again',
          async () => reasonOf(await callTool(at(access, node), 'create_note', { id: 'in the browser' })) === 'ran',
        );

      await visit(page, `${origin}/alerts?agent=${access.agent}`);
      await page.getByRole('link', { name: 'Show calls' }).click();
      await page.waitForURL(/\/activity\?.*agent=/);
      await page.getByText('create_note').first().waitFor();
      expect(ana.watched.problems).toEqual([]);
      expect(vi.watched.problems).toEqual([]);
    },
  );
});
