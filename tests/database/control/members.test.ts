import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '@/lib/auth/sessions';
import { createFirstAdmin } from '@/lib/control/setup/complete-setup';
import { createSetupCode } from '@/lib/control/setup/setup-code';
import { createWorld, ORIGIN, PASSWORD, type World } from './control-world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  world.expectClean(PASSWORD, 'another quiet otter');
  await world.end();
});

const me = (cookie: string) => world.call('GET', '/me', { as: null, headers: { cookie } });

describe('set-up', () => {
  const first = { name: 'Ana', email: 'Ana@Example.com', password: PASSWORD };
  let code: string;

  it('is needed at first, and tells nobody more than that', async () => {
    expect((await world.call('GET', '/setup', { as: null })).body).toEqual({ needed: true, steps: null });
    code = (await createSetupCode(world.context())) as string;
    expect(JSON.stringify(await world.prisma.setting.findMany())).not.toContain(code);
  });

  it('refuses a wrong code, an older code and a poor password, and keeps the code', async () => {
    const older = code;
    code = (await createSetupCode(world.context())) as string;
    expect((await world.call('POST', '/setup', { as: null, body: { ...first, code: 'wrong' } })).status).toBe(403);
    expect((await world.call('POST', '/setup', { as: null, body: { ...first, code: older } })).status).toBe(403);
    for (const password of ['short', 'password1234', 'aaaaaaaaaaaaaaa', 'ana@example.com', 'x'.repeat(257)]) {
      const { status, body } = await world.call('POST', '/setup', { as: null, body: { ...first, code, password } });
      expect([status, body.error.details[0].path], password).toEqual([422, '/password']);
    }
  });

  it('makes one administrator, even when two try at once', async () => {
    const send = (email: string) =>
      world.api.handle(
        new Request(`${ORIGIN}/api/v1/setup`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...first, email, code }),
        }),
        { sourceIp: '127.0.0.1' },
      );
    const statuses = (await Promise.all([send(first.email), send('ben@example.com')])).map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, 409]);
    expect(await world.prisma.user.count()).toBe(1);
    expect(await world.prisma.adminChange.findFirst({ where: { action: 'setup.complete' } })).toMatchObject({ actorKind: 'anonymous' });
  });

  it('is over then: no code, no second administrator from form or environment', async () => {
    expect((await world.call('POST', '/setup', { as: null, body: { ...first, code } })).body.error.code).toBe('setup.done');
    expect(await createSetupCode(world.context())).toBeNull();
    expect(await createFirstAdmin(world.context(), { email: 'env@example.com', password: PASSWORD })).toBe(false);
    expect((await world.call('GET', '/setup', { as: 'key' })).body).toEqual({
      needed: false,
      steps: { server: false, tools: false, policy: false, grant: false, connected: false, enforced: false },
    });
    await world.prisma.$executeRaw`DELETE FROM users`;
    await world.prisma.$executeRaw`DELETE FROM sign_in_throttle`;
  });

  it('takes the administrator of the environment on an empty installation', async () => {
    await createSetupCode(world.context());
    expect(await createFirstAdmin(world.context(), { email: 'Env@Example.com', password: PASSWORD })).toBe(true);
    expect(await world.prisma.setting.count()).toBe(0);
    expect((await me(await world.signIn('env@example.com'))).body).toMatchObject({ email: 'env@example.com', role: 'admin' });
    await world.addPeople();
  });
});

describe('signing in', () => {
  it('gives a reference of which only the hash is kept, and a new one each time', async () => {
    const [one, two] = [await world.signIn('VIEWER@example.com'), await world.signIn('viewer@example.com')];
    expect(one).toMatch(/^callgate\.session=[A-Za-z0-9_-]{43}$/);
    expect(one).not.toBe(two);
    expect(JSON.stringify(await world.prisma.session.findMany())).not.toContain(one.split('=')[1]);
    expect((await me(one)).body).toMatchObject({ kind: 'user', name: 'The viewer', role: 'viewer', permissions: ['read'] });
  });

  it('answers unknown, mistyped and disabled alike, and records each', async () => {
    const disabled = (await world.call('GET', '/members?q=approver')).body.items[0];
    await world.call('PATCH', `/members/${disabled.id}`, { body: { status: 'disabled' } });
    const failures: string[] = [];
    for (const [email, password] of [
      ['nobody@example.com', PASSWORD],
      ['viewer@example.com', 'not it at all'],
      ['approver@example.com', PASSWORD],
    ]) {
      await world.signIn(email as string, password).catch((error) => failures.push(`${error.status} ${error.code} ${error.message}`));
    }
    expect(new Set(failures).size).toBe(1);
    expect(failures[0]).toMatch(/^401 auth.invalid/);
    expect((await world.call('GET', '/changes?action=sign_in.failed')).body.items).toHaveLength(3);
    await world.call('PATCH', `/members/${disabled.id}`, { body: { status: 'active' } });
  });

  it('takes about the same time for known and unknown people', async () => {
    const timeOf = async (email: string) => {
      await world.prisma.$executeRaw`DELETE FROM sign_in_throttle`;
      const from = performance.now();
      await world.signIn(email, 'not it at all').catch(() => {});
      return performance.now() - from;
    };
    // In turns, and the quickest of each: what else the machine does only ever adds.
    let known = Number.POSITIVE_INFINITY;
    let unknown = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 9; n++) {
      known = Math.min(known, await timeOf('viewer@example.com'));
      unknown = Math.min(unknown, await timeOf(`nobody${n}@example.com`));
    }
    // Hashing is tens of milliseconds; without it the unknown would take a tenth. The bound is wide for a busy machine.
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  it('lets five guesses through, however many come at once, then makes them wait', async () => {
    await world.prisma.$executeRaw`DELETE FROM sign_in_throttle`;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.signIn('author@example.com', 'a wild guess').then(
          () => 0,
          (error) => error.status,
        ),
      ),
    );
    expect(outcomes.filter((status) => status === 401)).toHaveLength(5);
    expect(outcomes.filter((status) => status === 429)).toHaveLength(15);
    // The right password waits as well: otherwise the answer would tell which guess was right.
    await expect(world.signIn('author@example.com')).rejects.toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.stringMatching(/^[12]$/) },
    });
    await expect(world.signIn('viewer@example.com')).resolves.toBeTruthy();
  });

  it('doubles the wait with each further failure, to 15 minutes at most, and forgets after success', async () => {
    const waits: number[] = [];
    for (let n = 0; n < 13; n++) {
      await world.prisma.$executeRaw`UPDATE sign_in_throttle SET blocked_until = NULL WHERE key = 'account:author@example.com'`;
      await world.signIn('author@example.com', 'a wild guess').catch(() => {});
      const [row] = await world.prisma.$queryRaw<
        { seconds: number }[]
      >`SELECT round(extract(epoch FROM blocked_until - updated_at))::int AS seconds FROM sign_in_throttle WHERE key = 'account:author@example.com'`;
      waits.push(row?.seconds ?? 0);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
    await world.prisma.$executeRaw`UPDATE sign_in_throttle SET blocked_until = NULL`;
    await world.signIn('author@example.com');
    expect(await world.prisma.signInThrottle.findUnique({ where: { key: 'account:author@example.com' } })).toBeNull();
  });

  it('counts a source over all accounts', async () => {
    const guess = (n: number) =>
      world.signIn(`someone${n}@example.com`, 'a wild guess', '203.0.113.7').then(
        () => 0,
        (error) => error.status,
      );
    const outcomes: number[] = [];
    for (let n = 0; n < 7; n++) outcomes.push(await guess(n));
    expect(outcomes).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });
});

describe('sessions', () => {
  it('end after 30 idle minutes, not before', async () => {
    const cookie = await world.signIn('viewer@example.com');
    world.pass(SESSION_IDLE_MS - 1_000);
    expect((await me(cookie)).status).toBe(200);
    world.pass(SESSION_IDLE_MS - 1_000);
    expect((await me(cookie)).status).toBe(200);
    world.pass(SESSION_IDLE_MS);
    expect((await me(cookie)).status).toBe(401);
    await world.prisma.$executeRaw`DELETE FROM users WHERE email <> 'env@example.com'`;
    await world.addPeople();
  });

  it('end after 12 hours whatever happens', async () => {
    const cookie = await world.signIn('viewer@example.com');
    for (let passed = 0; passed < SESSION_ABSOLUTE_MS - 1_200_000; passed += 1_200_000) {
      world.pass(1_200_000);
      expect((await me(cookie)).status).toBe(200);
    }
    world.pass(1_200_000);
    expect((await me(cookie)).status).toBe(401);
    await world.prisma.$executeRaw`DELETE FROM users WHERE email <> 'env@example.com'`;
    await world.addPeople();
  });

  it('end at sign-out', async () => {
    const cookie = await world.signIn('viewer@example.com');
    await world.auth.signOut(cookie.split('=')[1] as string);
    expect((await me(cookie)).status).toBe(401);
    expect((await world.call('GET', '/changes?action=sign_out')).body.items).toHaveLength(1);
  });

  it.each([
    ['status', { status: 'disabled' }, { status: 'active' }],
    ['role', { role: 'author' }, { role: 'viewer' }],
    ['password', { password: 'another quiet otter' }, { password: PASSWORD }],
  ])('end when the %s changes', async (_what, body, back) => {
    const cookie = await world.signIn('viewer@example.com');
    const { id } = (await me(cookie)).body;
    await world.call('PATCH', `/members/${id}`, { body: body as object });
    expect((await me(cookie)).status).toBe(401);
    await world.call('PATCH', `/members/${id}`, { body: back as object });
  });

  it('are listed and ended one by one, the own only', async () => {
    const [one, two] = [await world.signIn('viewer@example.com'), await world.signIn('viewer@example.com')];
    const list = (await world.call('GET', '/me/sessions', { as: null, headers: { cookie: one } })).body.items;
    expect(list).toHaveLength(2);
    const other = list.find((session: { current: boolean }) => !session.current);
    const author = await world.signIn('author@example.com');
    expect((await world.call('DELETE', `/me/sessions/${other.id}`, { as: null, headers: { cookie: author, origin: ORIGIN } })).status).toBe(
      404,
    );
    expect((await world.call('DELETE', `/me/sessions/${other.id}`, { as: null, headers: { cookie: one, origin: ORIGIN } })).status).toBe(
      204,
    );
    expect([(await me(one)).status, (await me(two)).status]).toEqual([200, 401]);
    expect((await world.call('GET', '/me/sessions', { as: 'key' })).status).toBe(403);
  });

  it('of others end with an own change of password, which needs the current one', async () => {
    const [one, two] = [await world.signIn('author@example.com'), await world.signIn('author@example.com')];
    const change = (current: string, next: string) =>
      world.call('POST', '/me/password', { as: null, headers: { cookie: one, origin: ORIGIN }, body: { current, next } });
    expect((await change('not it at all', 'another quiet otter')).status).toBe(422);
    expect((await change(PASSWORD, 'short')).body.error.details[0].path).toBe('/next');
    expect((await change(PASSWORD, 'another quiet otter')).status).toBe(200);
    expect([(await me(one)).status, (await me(two)).status]).toEqual([200, 401]);
    await expect(world.signIn('author@example.com', 'another quiet otter')).resolves.toBeTruthy();
  });
});

describe('members', () => {
  it('are added with a role, once an address whatever its case', async () => {
    const made = await world.call('POST', '/members', {
      body: { email: 'New@Example.com', name: 'New', role: 'approver', password: PASSWORD },
    });
    expect(made.body).toMatchObject({ email: 'new@example.com', role: 'approver', status: 'active', lastSeenAt: null });
    expect(
      (await world.call('POST', '/members', { body: { email: 'NEW@example.com', name: 'New', role: 'viewer', password: PASSWORD } })).body
        .error.code,
    ).toBe('member.email_taken');
  });

  it('keep one active admin, even when two demote each other at once', async () => {
    const admins = (await world.call('GET', '/members?role=admin')).body.items as { id: string }[];
    expect(admins).toHaveLength(2);
    const demote = (id: string) =>
      world.api.handle(
        new Request(`${ORIGIN}/api/v1/members/${id}`, {
          method: 'PATCH',
          headers: { authorization: 'Bearer test-management-key-of-forty-characters!', 'content-type': 'application/json' },
          body: '{"role":"viewer"}',
        }),
        { sourceIp: '127.0.0.1' },
      );
    const statuses = (await Promise.all(admins.map(({ id }) => demote(id)))).map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, 409]);
    const [last] = (await world.call('GET', '/members?role=admin', { as: 'key' })).body.items;
    expect((await world.call('PATCH', `/members/${last.id}`, { as: 'key', body: { status: 'disabled' } })).body.error.code).toBe(
      'member.last_admin',
    );
  });
});
