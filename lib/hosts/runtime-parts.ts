import type { Auth } from '@/lib/auth/auth';
import type { Database } from '@/lib/db/open-database';
import type { Env } from '@/lib/env/env';
import type { Gateway } from '@/lib/gateway/gateway';
import type { Api } from './api-router';
import type { Log } from './log';
import type { AcceptedTokens } from './protected-resource';

/** Everything that exists once in a process. */
export interface Runtime {
  readonly env: Env;
  readonly log: Log;
  /** Origin for people and agents, no trailing slash. */
  readonly publicUrl: string;
  readonly database: Database;
  readonly gateway: Gateway;
  /** Whose JWTs the gateway takes, for its metadata. */
  acceptedTokens(): AcceptedTokens;
  readonly api: Api;
  /** Who is asking; for pages and next-auth's routes. */
  readonly auth: Auth;
  /** A new one-time code for the set-up page; null once there is an administrator. */
  setupCode(): Promise<string | null>;
  /** Finishes calls in flight (10 s at most), writes what is queued, stops children and database. Idempotent. */
  close(): Promise<void>;
}
