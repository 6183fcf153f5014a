import type { Auth } from '@/lib/auth/auth';
import type { Database } from '@/lib/db/open-database';
import type { Env } from '@/lib/env/env';
import type { Gateway } from '@/lib/gateway/gateway';
import type { Api } from './api-router';
import type { Log } from './log';

/** Everything that exists once in a process. */
export interface Runtime {
  readonly env: Env;
  readonly log: Log;
  /** Origin for people and agents, no trailing slash. */
  readonly publicUrl: string;
  readonly database: Database;
  readonly gateway: Gateway;
  readonly api: Api;
  /** Who is asking; for pages and next-auth's routes. */
  readonly auth: Auth;
  /** A new one-time code for the set-up page; null once there is an administrator. */
  setupCode(): Promise<string | null>;
  /** Finishes calls in flight (10 s at most), writes what is queued, stops children and database. Idempotent. */
  close(): Promise<void>;
}

const KEY = Symbol.for('callgate.runtime');
const held = globalThis as { [KEY]?: Promise<Runtime> };

/** Route bundles have their own copy of every module; the runtime is found through the global object instead. */
export function holdRuntime(runtime: Promise<Runtime>): void {
  held[KEY] = runtime;
}

/** The runtime of this process; composed from the environment on first use where only Next runs. */
export function getRuntime(): Promise<Runtime> {
  held[KEY] ??= import('./compose').then(async ({ composeRuntime }) => {
    const { readEnv } = await import('@/lib/env/env');
    return composeRuntime(readEnv(process.env));
  });
  return held[KEY];
}
