import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
const alias = [{ find: /^@\//, replacement: `${root}/` }];
/** How long a test waits for what has to come about; a machine with other work to do needs more than the second that is usual. */
const PATIENCE_MS = 15_000;
const databaseSetup = ['tests/database/setup/start-postgres.ts'];

export default defineConfig({
  test: {
    // The forms that run for minutes are asked for with CALLGATE_SOAK=1.
    projects: [
      {
        resolve: { alias },
        test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 10_000 },
      },
      {
        resolve: { alias },
        test: {
          name: 'database',
          include: ['tests/database/**/*.test.ts'],
          environment: 'node',
          globalSetup: databaseSetup,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: PATIENCE_MS } },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          environment: 'node',
          globalSetup: databaseSetup,
          // Real processes, ports and a browser: one file after another, so that measured times mean something on two cores.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: PATIENCE_MS } },
        },
      },
    ],
  },
});
