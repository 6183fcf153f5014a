import { createActorOf } from './actor';
import type { Auth, AuthDeps } from './auth';
import { cookieFacts } from './cookie';
import { signIn, signOut } from './sign-in';

/** Composes sign-in, sign-out and the question who is asking. */
export function createAuth(deps: AuthDeps): Auth {
  const cookie = cookieFacts(deps.publicUrl);
  return {
    cookie,
    cookieSecret: deps.cookieSecret,
    publicUrl: deps.publicUrl,
    origins: deps.origins,
    actorOf: createActorOf(deps, cookie),
    signIn: (request) => signIn(deps, request),
    signOut: (reference) => signOut(deps, reference),
  };
}
