import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NextApiRequest, NextApiResponse } from 'next';
import NextAuthModule from 'next-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Auth } from '@/lib/auth/auth';
import { createAuthOptions } from '@/lib/auth/auth-options';
import { ControlError } from '@/lib/control/control-error';
import { createWorld, PASSWORD, type World } from './control-world';

// CommonJS under Node's own loader hands over the namespace, a bundler the function.
const NextAuth = ((NextAuthModule as unknown as { default?: typeof NextAuthModule }).default ?? NextAuthModule) as typeof NextAuthModule;

let world: World;
let base: string;
let auth: Auth;
const jar = new Map<string, string>();
const server = createServer((req, res) => void serve(req, res));

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  auth = world.auth;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.NEXTAUTH_URL = base;
});
afterAll(async () => {
  delete process.env.NEXTAUTH_URL;
  server.close();
  world.expectClean(PASSWORD);
  await world.end();
});

/** What Next does for an API route, as far as next-auth asks for it. */
async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', base);
  let text = '';
  for await (const chunk of req) text += chunk;
  const cookies = Object.fromEntries(
    (req.headers.cookie ?? '')
      .split('; ')
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s).slice(0, 2).map(decodeURIComponent)),
  );
  const query = { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split('/').slice(3) };
  const reply = Object.assign(res, {
    status: (code: number) => Object.assign(res, { statusCode: code }),
    json: (value: unknown) => res.setHeader('content-type', 'application/json').end(JSON.stringify(value)),
    send: (value: unknown) => res.end(typeof value === 'string' ? value : JSON.stringify(value)),
  });
  const request = Object.assign(req, { query, cookies, body: Object.fromEntries(new URLSearchParams(text)) });
  await NextAuth(request as unknown as NextApiRequest, reply as unknown as NextApiResponse, createAuthOptions(auth));
}

// biome-ignore lint/suspicious/noExplicitAny: next-auth's own answers
async function ask(path: string, form?: Record<string, string>): Promise<any> {
  const response = await fetch(`${base}/api/auth/${path}`, {
    method: form ? 'POST' : 'GET',
    headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form
      ? { body: new URLSearchParams({ ...form, csrfToken: (jar.get('callgate.csrf') ?? '').split(/%7C|\|/)[0] as string, json: 'true' }) }
      : {}),
    redirect: 'manual',
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) as unknown as [string, string, string];
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    jar.set(name, value);
  }
  return response.json();
}

const attempt = async (email: string, password: string) =>
  new URL((await ask('callback/credentials', { email, password })).url).searchParams.get('error');

describe('sign-in by next-auth', () => {
  it('puts nothing but the reference of the session into the cookie', async () => {
    await ask('csrf');
    expect(await attempt('author@example.com', PASSWORD)).toBeNull();
    expect(jar.get('callgate.session')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const cookie = `callgate.session=${jar.get('callgate.session')}`;
    expect((await world.call('GET', '/me', { as: null, headers: { cookie } })).body).toMatchObject({ role: 'author' });
    expect((await ask('session')).user).toEqual({ name: 'The author' });
  });

  it('tells of a session that ended elsewhere', async () => {
    await auth.signOut(jar.get('callgate.session') as string);
    expect((await ask('session')).user).toBeUndefined();
  });

  it('ends the session at sign-out', async () => {
    await attempt('author@example.com', PASSWORD);
    const reference = jar.get('callgate.session') as string;
    await ask('signout', {});
    expect(jar.get('callgate.session')).toBe('');
    expect(await auth.actorOf(new Headers({ cookie: `callgate.session=${reference}` }))).toBeNull();
  });

  it('says invalid, then how long to wait', async () => {
    const errors: (string | null)[] = [];
    for (let n = 0; n < 6; n++) errors.push(await attempt('viewer@example.com', 'not it at all'));
    expect(errors).toEqual(['invalid', 'invalid', 'invalid', 'invalid', 'invalid', expect.stringMatching(/^throttled:\d+$/)]);
  });

  it('knows the refusals of another bundle by their name', async () => {
    class ForeignError extends Error {
      override readonly name = 'ControlError';
      readonly status = 401;
    }
    expect(new ForeignError()).not.toBeInstanceOf(ControlError);
    auth = { ...world.auth, signIn: async () => Promise.reject(new ForeignError('no')) };
    expect(await attempt('viewer@example.com', 'x')).toBe('invalid');
    auth = { ...world.auth, signIn: async () => Promise.reject(new Error('the database is away')) };
    expect(await attempt('viewer@example.com', 'x')).toBe('unavailable');
    auth = world.auth;
  });
});
