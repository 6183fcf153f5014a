import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor } from '@/lib/control/context';
import type { Auth, AuthDeps } from './auth';
import { type CookieFacts, readCookie } from './cookie';
import { findSession } from './sessions';

const KEY_ACTOR: Actor = { kind: 'key', id: 'key_environment', name: 'Management key', role: 'admin', sessionId: null };

/**
 * Who a request comes from. A request that carries an Authorization header is judged by it alone: a wrong key is not
 * saved by a cookie, and a cookie never lends its rights to a script.
 */
export function createActorOf(deps: Pick<AuthDeps, 'prisma' | 'adminKey' | 'now'>, cookie: CookieFacts): Auth['actorOf'] {
  const expected = deps.adminKey === null ? null : digest(deps.adminKey);
  return async (headers, options) => {
    const authorization = headers.get('authorization');
    if (authorization !== null) {
      const key = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
      // Digests have one length whatever was sent, so the comparison takes one time whatever was sent.
      return key !== undefined && expected !== null && timingSafeEqual(digest(key), expected) ? KEY_ACTOR : null;
    }
    const reference = readCookie(headers.get('cookie'), cookie.name);
    if (reference === null) return null;
    const session = await findSession(deps.prisma, reference, deps.now(), options?.touch ?? true);
    return session && { kind: 'user', id: session.user.id, name: session.user.name, role: session.user.role, sessionId: session.id };
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
