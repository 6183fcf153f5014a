import path from 'node:path';
import { type KeptState, keepDemoState } from './demo-state';

export const DEMO_ADMIN_EMAIL = 'ana.silva@northwind.example';
const DEMO_DATA_DIR = './data/demo';

export interface DemoPlan {
  readonly kept: KeptState;
  readonly dataDir: string;
  readonly adminKey: string;
}

/**
 * Gives the demo an environment of its own: another data folder, and the permissions that its bundled servers on this machine need.
 * A DATABASE_URL is left alone, because the demo's people and agents do not belong in a database that is used otherwise.
 */
export function prepareDemoEnvironment(env: Record<string, string | undefined>): DemoPlan {
  const dataDir = path.resolve(env.DATA_DIR?.trim() || DEMO_DATA_DIR);
  const kept = keepDemoState(dataDir);
  if (env.DATABASE_URL) {
    delete env.DATABASE_URL;
    process.stdout.write('The demo does not use DATABASE_URL: it keeps its data in a folder of its own.\n');
  }
  env.DATA_DIR = dataDir;
  env.CALLGATE_ALLOW_STDIO = 'true';
  env.CALLGATE_ALLOW_PRIVATE_UPSTREAMS = 'loopback';
  env.CALLGATE_ADMIN_EMAIL = DEMO_ADMIN_EMAIL;
  env.CALLGATE_ADMIN_PASSWORD = kept.state.adminPassword;
  const adminKey = env.CALLGATE_ADMIN_KEY?.trim() || kept.state.adminKey;
  env.CALLGATE_ADMIN_KEY = adminKey;
  return { kept, dataDir, adminKey };
}
