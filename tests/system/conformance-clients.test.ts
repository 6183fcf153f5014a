import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Findings, runSuite, suites, tallyOf, verdictsOf } from './support/conformance';
import { type GatewayOpener, startGatewayOpener } from './support/gateway-opener';

/** What a client has to get across unharmed, with the checks that the suite makes of it. */
const SCENARIOS: readonly (readonly [scenario: string, version: string, passed: number])[] = [
  ['initialize', '2025-11-25', 1],
  ['tools_call', '2025-11-25', 2],
  ['elicitation-sep1034-client-defaults', '2025-11-25', 5],
  ['sse-retry', '2025-11-25', 3],
  ['tools_call', '2026-07-28', 2],
  ['request-metadata', '2026-07-28', 8],
  ['http-standard-headers', '2026-07-28', 9],
  ['http-custom-headers', '2026-07-28', 18],
  ['http-invalid-tool-headers', '2026-07-28', 12],
  ['sep-2322-client-request-state', '2026-07-28', 5],
  ['json-schema-ref-no-deref', '2026-07-28', 1],
];

describe.skipIf(suites === null)("the suites' client scenarios through the gateway (skipped where they could not be installed)", () => {
  let opener: GatewayOpener;
  beforeAll(async () => {
    opener = await startGatewayOpener();
  });
  afterAll(() => opener?.stop());

  it.each(SCENARIOS)('%s in %s: %i checks passed, as many as directly', async (scenario, version, passed) => {
    const args = ['client', '--scenario', scenario, '--spec-version', version];
    const client = 'tests/fixtures/conformance/client.mjs';
    const command = (environment: string): string[] => ['--command', `env ${environment} ${process.execPath} ${client}`];
    const [direct, through] = await Promise.all(
      ['', opener.url].map((gateway) =>
        runSuite({ package: 'conformance-0.2' }, [...args, ...command(`CONFORMANCE_GATEWAY=${gateway}`)]),
      ) as [Promise<Findings>, Promise<Findings>],
    );
    expect(tallyOf(through)).toEqual({ passed, failed: 0 });
    expect(verdictsOf(through)).toEqual(verdictsOf(direct));
  });
});
