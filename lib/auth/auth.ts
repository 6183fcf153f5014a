import type { Actor, Database } from '@/lib/control/context';
import type { ControlServices } from '@/lib/control/services';
import type { Role } from '@/lib/domain/roles';
import type { CookieFacts } from './cookie';
import type { Passwords } from './passwords';

export interface AuthDeps {
  readonly prisma: Database;
  readonly services: Pick<ControlServices, 'newId'>;
  readonly passwords: Passwords;
  /** Null: no management key is configured. */
  readonly adminKey: string | null;
  /** Signs what next-auth keeps in cookies besides the session; derived from the secret key. */
  readonly cookieSecret: string;
  readonly publicUrl: string;
  /** Origins that may sign in and out; see ApiDeps.origins. */
  readonly origins: readonly string[];
  now(): Date;
}

/** Who is asking, and how they come and go. Everything about next-auth stands in auth-options.ts. */
export interface Auth {
  readonly cookie: CookieFacts;
  readonly cookieSecret: string;
  readonly publicUrl: string;
  readonly origins: readonly string[];
  /** From a management key or the session's cookie; null for everybody else. `touch: false` does not count as a sign of life. */
  actorOf(headers: Headers, options?: { readonly touch?: boolean }): Promise<Actor | null>;
  /** Throws ControlError: 401 `auth.invalid`, the same for every cause; 429 `auth.throttled` with the time to wait. */
  signIn(request: SignInRequest): Promise<SignedIn>;
  /** Ends the session of a reference; unknown ones are fine. */
  signOut(reference: string): Promise<void>;
}

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  /** The peer's address; null when nobody trustworthy says it. */
  readonly source: string | null;
  readonly userAgent: string | null;
}

export interface SignedIn {
  readonly user: { readonly id: string; readonly email: string; readonly name: string; readonly role: Role };
  /** The new session's reference, for the cookie. */
  readonly reference: string;
}
