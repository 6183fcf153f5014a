// Generates the Prisma client into lib/db/generated. `prisma generate` looks for a schema engine, which it would download from outside the
// registry, and never runs it for this generator: naming any executable is enough, so that a bare clone and an air-gapped machine work.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Returns null, or what went wrong. */
export function generatePrismaClient() {
  const cli = join(dirname(createRequire(join(root, 'package.json')).resolve('prisma/package.json')), 'build/index.js');
  const run = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  return run.status === 0 ? null : `prisma generate failed:\n${run.stdout ?? ''}${run.stderr ?? run.error?.message ?? ''}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = generatePrismaClient();
  if (problem) console.error(problem);
  process.exitCode = problem ? 1 : 0;
}
