import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureDataDir } from '@/lib/db/data-dir';

/** What the demo has to know again at its next start. Kept beside its data with mode 0600: the tokens in it open nothing but the demo. */
export interface DemoState {
  readonly adminPassword: string;
  readonly adminKey: string;
  /** Of the bundled HTTP servers; 0 until they ran once. */
  httpPort: number;
  /** Whether the support desk changed its tools already. */
  deskRevised: boolean;
  /** Tokens by `agent/server`. */
  readonly tokens: Record<string, string>;
}

export interface KeptState {
  readonly state: DemoState;
  /** True when there was none: what the database may hold of an earlier demo is then taken over with new secrets. */
  readonly fresh: boolean;
  save(): void;
}

/** Reads or makes the state in `dataDir`, which is made when missing. Throws when the file is there and not readable as such. */
export function keepDemoState(dataDir: string): KeptState {
  ensureDataDir(dataDir);
  const file = path.join(dataDir, 'demo.json');
  const fresh = !existsSync(file);
  const state: DemoState = fresh
    ? {
        adminPassword: randomBytes(12).toString('base64url'),
        adminKey: randomBytes(36).toString('base64url'),
        httpPort: 0,
        deskRevised: false,
        tokens: {},
      }
    : (JSON.parse(readFileSync(file, 'utf8')) as DemoState);
  const save = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  if (fresh) save();
  return { state, fresh, save };
}
