import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/setup/test-database';
import { type StartedUpstream, startServer } from '../fixtures/upstreams/harness';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { type Findings, type Run, runSuite, suites, tallyOf } from './support/conformance';
import { type Forwarder, startForwarder } from './support/forwarder';
import { type NextHost, startNextHost } from './support/next-host';
import { httpServer, provision } from './support/provision';

/** The runs, with what the fixture reaches when nothing stands before it; the 30 are tasks, an extension it does not have. */
const RUNS: readonly (Run & { readonly passed: number; readonly failed: number })[] = [
  { name: '0.1.16, all scenarios', package: 'conformance-0.1', args: ['--suite', 'all'], passed: 44, failed: 0 },
  { name: '2025-06-18', package: 'conformance-0.2', args: ['--suite', 'all', '--spec-version', '2025-06-18'], passed: 56, failed: 0 },
  { name: '2025-11-25', package: 'conformance-0.2', args: ['--requirements', '2025-11-25'], passed: 84, failed: 0 },
  { name: '2026-07-28', package: 'conformance-0.2', args: ['--requirements', '2026-07-28'], passed: 164, failed: 30 },
];

/** Tools of the fixture that send a request in the middle of a call, which no server of 2026-07-28 does. */
const PUSHED = ['elicitation-sep1034-defaults', 'elicitation-sep1330-enums', 'tools-call-elicitation', 'tools-call-sampling'];

describe.skipIf(suites === null)('the public conformance suites (skipped where they could not be installed)', () => {
  let database: TestDatabase;
  let fixture: StartedUpstream;
  let callgate: RunningCallgate;
  let next: NextHost;
  const through: { node?: Forwarder; next?: Forwarder } = {};

  beforeAll(async () => {
    database = await createTestDatabase();
    fixture = await startServer(['tests/fixtures/conformance/fixture-server.mjs']);
    callgate = await startCallgate({ args: ['--gateway'], env: { DATABASE_URL: database.url } });
    const { token } = await provision(callgate, httpServer('everything', fixture.port), { version: '1', default: 'allow' });
    next = await startNextHost(callgate, { DATABASE_URL: database.url });
    through.node = await startForwarder(callgate.port, '/mcp/everything', token);
    through.next = await startForwarder(next.port, '/mcp/everything', token);
  });
  afterAll(async () => {
    await through.node?.stop();
    await through.next?.stop();
    await next?.stop();
    await callgate?.remove();
    await fixture?.stop();
    await database?.drop();
  });

  it('find nothing missing over the bridge to a server of 2026-07-28 alone, but what such a server cannot do', async () => {
    const modern = await startServer(['tests/fixtures/conformance/fixture-server.mjs'], { ERA: 'modern' });
    const { token } = await provision(callgate, { ...httpServer('modern', modern.port), bridge: true }, { version: '1', default: 'allow' });
    const bridged = await startForwarder(callgate.port, '/mcp/modern', token);
    try {
      const found = await runSuite({ package: 'conformance-0.2' }, ['server', '--url', bridged.url, '--requirements', '2025-11-25']);
      const failing = Object.keys(found).filter((scenario) => found[scenario]?.some((line) => line.startsWith('FAILURE')));
      expect(failing.sort()).toEqual(PUSHED.map((name) => `server-${name}`));
      expect(tallyOf(found)).toEqual({ passed: 68, failed: PUSHED.length });
    } finally {
      await bridged.stop();
      await modern.stop();
    }
  });

  describe.each(RUNS)('$name', (run) => {
    const against = (url: string | undefined): Promise<Findings> => runSuite(run, ['server', '--url', url ?? '', ...run.args]);
    let direct: Findings;
    beforeAll(async () => {
      direct = await against(`http://127.0.0.1:${fixture.port}/mcp`);
    });

    it('is met by the fixture itself, tasks aside', () => {
      expect(tallyOf(direct)).toEqual({ passed: run.passed, failed: run.failed });
      const failing = Object.keys(direct).filter((scenario) => direct[scenario]?.some((line) => line.startsWith('FAILURE')));
      expect(failing.filter((scenario) => !scenario.startsWith('server-tasks-'))).toEqual([]);
    });
    it('finds check for check the same through the gateway', async () => {
      expect(await against(through.node?.url)).toEqual(direct);
    });
    it('finds check for check the same through the gateway in a route of Next', async () => {
      expect(await against(through.next?.url)).toEqual(direct);
    });
  });
});
