import type { NextAuthOptions } from 'next-auth';
import { decode, encode } from 'next-auth/jwt';
import CredentialsProvider from 'next-auth/providers/credentials';
import { isControlError } from '@/lib/control/control-error';
import type { Auth } from './auth';
import { isReference, SESSION_ABSOLUTE_MS } from './sessions';
import { SOURCE_HEADER } from './source-header';

const MAX_AGE_SECONDS = SESSION_ABSOLUTE_MS / 1000;

/**
 * next-auth with credentials. Its "JWT" is our session's reference and nothing else: who somebody is and whether the
 * session still lives is asked of the database on every request, so that disabling a member takes effect at once.
 */
export function createAuthOptions(auth: Auth): NextAuthOptions {
  const { secure } = auth.cookie;
  const prefix = secure ? '__Host-' : '';
  const options = { httpOnly: true, sameSite: 'lax' as const, path: '/', secure };
  return {
    secret: auth.cookieSecret,
    useSecureCookies: secure,
    session: { strategy: 'jwt', maxAge: MAX_AGE_SECONDS },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    cookies: {
      sessionToken: { name: auth.cookie.name, options },
      csrfToken: { name: `${prefix}callgate.csrf`, options },
      callbackUrl: { name: `${prefix}callgate.callback`, options },
    },
    jwt: {
      maxAge: MAX_AGE_SECONDS,
      encode: async (params) => (typeof params.token?.ref === 'string' ? params.token.ref : encode(params)),
      decode: async (params) => (params.token !== undefined && isReference(params.token) ? { ref: params.token } : decode(params)),
    },
    providers: [credentials(auth)],
    callbacks: {
      jwt: ({ token, user }) => (user ? { ref: (user as { ref?: string }).ref } : token),
      session: async ({ session, token }) => {
        const actor =
          typeof token.ref === 'string'
            ? await auth.actorOf(new Headers({ cookie: `${auth.cookie.name}=${token.ref}` }), { touch: false })
            : null;
        return { ...session, user: actor ? { name: actor.name } : undefined };
      },
      redirect: ({ url }) => sameOriginUrl(url, auth.publicUrl),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.ref === 'string') await auth.signOut(token.ref);
      },
    },
    // Refused sign-ins are in the trail of changes; next-auth would print each of them with its stack.
    logger: { error() {}, warn() {}, debug() {} },
  };
}

function credentials(auth: Auth) {
  return CredentialsProvider({
    id: 'credentials',
    name: 'Password',
    credentials: { email: { label: 'E-mail', type: 'email' }, password: { label: 'Password', type: 'password' } },
    async authorize(given, request) {
      const header = (name: string): string | null => (request.headers?.[name] as string | undefined) ?? null;
      try {
        const { user, reference } = await auth.signIn({
          email: given?.email ?? '',
          password: given?.password ?? '',
          source: header(SOURCE_HEADER),
          userAgent: header('user-agent'),
        });
        return { id: user.id, name: user.name, email: user.email, ref: reference };
      } catch (error) {
        // The message travels to the sign-in page in a URL: a word and a number, never more.
        if (isControlError(error) && error.status === 429) throw new Error(`throttled:${error.headers['retry-after'] ?? ''}`);
        throw new Error(isControlError(error) ? 'invalid' : 'unavailable');
      }
    },
  });
}

/** No open redirect: whatever was asked for, the way leads back to this console. */
function sameOriginUrl(url: string, publicUrl: string): string {
  const asked = URL.canParse(url, publicUrl) ? new URL(url, publicUrl) : null;
  return asked !== null && asked.origin === new URL(publicUrl).origin ? asked.toString() : publicUrl;
}
