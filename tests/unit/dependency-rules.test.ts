import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const config = resolve('.dependency-cruiser.cjs');
const depcruise = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

interface Cruise {
  readonly modules: readonly { source: string }[];
  readonly summary: { violations: readonly { rule: { name: string }; from: string; to: string }[]; error: number };
}

function cruise(folder: string, parts: readonly string[]): Promise<Cruise> {
  return new Promise((done, failed) => {
    const options = { cwd: folder, maxBuffer: 100_000_000 };
    execFile(process.execPath, [depcruise, '--config', config, '--output-type', 'json', ...parts], options, (error, stdout) => {
      // It exits with the number of violations; without JSON it did not run.
      if (stdout.startsWith('{')) done(JSON.parse(stdout));
      else failed(error ?? new Error('dependency-cruiser wrote nothing'));
    });
  });
}

describe('the dependency rules', { timeout: 120_000 }, () => {
  it('see the code at all: without a compiler they see 0 modules and succeed', async () => {
    const { modules } = await cruise(resolve('.'), ['lib']);
    const own = modules.map((module) => module.source).filter((source) => source.startsWith('lib/'));
    expect(own.length).toBeGreaterThan(50);
    for (const layer of ['kernel', 'domain', 'policy', 'gateway', 'adapters', 'db', 'env']) {
      expect(own.some((source) => source.startsWith(`lib/${layer}/`))).toBe(true);
    }
  });

  describe('on a seeded violation', () => {
    let folder: string;
    let found: { name: string; from: string }[];

    const seeds: Record<string, { rule: string; source: string }> = {
      'lib/kernel/clock.ts': { rule: 'kernel-imports-only', source: "import '@/lib/domain/fact';" },
      'lib/domain/fact.ts': { rule: 'domain-imports-only', source: "import '@/lib/adapters/one/driver';" },
      'lib/policy/read.ts': { rule: 'pure-and-gateway-imports-no-node', source: "import 'node:fs';" },
      'lib/policy/through.ts': { rule: 'pure-and-gateway-never-reaches-node', source: "import './read';" },
      'lib/risk/look.ts': { rule: 'risk-imports-only', source: "import '@/lib/policy/read';" },
      'lib/gateway/walk.ts': { rule: 'gateway-imports-only', source: "import '@/lib/adapters/two/driver';" },
      'lib/gateway/render.ts': { rule: 'pure-and-gateway-never-reaches-frameworks', source: "import './page';" },
      'lib/gateway/page.ts': { rule: 'gateway-imports-only', source: "import 'next/server';" },
      'lib/control/verb.ts': { rule: 'control-never-reaches-edges', source: "import '@/lib/gateway/walk';" },
      'lib/control/start.ts': { rule: 'control-never-imports-database-start', source: "import '@/lib/db/open';" },
      'lib/control/servers/create.ts': { rule: 'no-cycles', source: "import './review'; export const a = 1;" },
      'lib/control/servers/review.ts': { rule: '', source: "import './create'; export const b = 1;" },
      'lib/db/open.ts': { rule: 'db-imports-only', source: "import '@/lib/domain/fact';" },
      'lib/adapters/one/driver.ts': { rule: 'adapters-never-import-siblings', source: "import '@/lib/adapters/two/driver';" },
      'lib/adapters/two/driver.ts': { rule: 'no-unresolved', source: "import '@/lib/nowhere';" },
      'lib/adapters/two/peek.ts': { rule: 'adapters-never-imports-gateway-inside', source: "import '@/lib/gateway/walk';" },
      'lib/adapters/two/config.ts': { rule: 'adapters-never-reaches-edges', source: "import '@/lib/env/env';" },
      'lib/env/env.ts': { rule: 'hosts-never-reaches-console', source: "import '@/components/ui/button';" },
      'components/ui/button.tsx': { rule: 'ui-components-never-imports-anything-above', source: "import '@/components/shared/table';" },
      'components/shared/table.tsx': { rule: 'shared-components-never-imports-features', source: "import '@/components/agents/list';" },
      'components/agents/list.tsx': { rule: 'components-features-are-strangers', source: "import '@/components/servers/list';" },
      'components/servers/list.tsx': { rule: 'components-import-only-contracts', source: "import '@/lib/control/servers/create';" },
      'components/servers/detail.tsx': { rule: 'components-never-reaches-server', source: "import '@/lib/db/open';" },
      'app/page.tsx': { rule: 'app-never-imports-database', source: "import '@/lib/db/open';" },
      'lib/hosts/server.ts': { rule: 'product-never-imports-tests', source: "import '@/tests/setup';" },
      'tests/setup.ts': { rule: '', source: 'export {};' },
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'callgate-rules-'));
      cpSync('tsconfig.json', join(folder, 'tsconfig.json'));
      for (const [path, { source }] of Object.entries(seeds)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), `${source}\nexport {};\n`);
      }
      const { summary } = await cruise(folder, ['lib', 'components', 'app', 'tests']);
      found = summary.violations.map((violation) => ({ name: violation.rule.name, from: violation.from }));
    }, 120_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.entries(seeds).filter(([, { rule }]) => rule !== ''))('%s is refused', (path, { rule }) => {
      expect(found).toContainEqual({ name: rule, from: path });
    });
  });
});
