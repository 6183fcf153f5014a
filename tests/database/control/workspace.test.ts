import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});

const get = async (as: 'viewer' | 'key' = 'viewer') => (await world.call('GET', '/workspace', { as })).body;
const set = (timeZone: unknown, as: 'viewer' | 'author' | 'approver' | 'admin' | 'key' = 'admin') =>
  world.call('PUT', '/workspace', { as, body: { timeZone } });
const changes = async () => (await world.call('GET', '/changes?entity=workspace')).body.items;

describe('the time zone of the workspace', () => {
  it('is UTC until somebody sets it, for everybody who is signed in', async () => {
    expect(await get()).toEqual({ timeZone: 'UTC', changedAt: null, changedBy: null });
    expect(await get('key')).toMatchObject({ timeZone: 'UTC' });
    expect((await world.call('GET', '/workspace', { as: null })).status).toBe(401);
  });

  it('is set by admins only, and nobody else changes it', async () => {
    for (const role of ['viewer', 'author', 'approver'] as const) {
      expect((await set('Europe/Berlin', role)).body.error, role).toMatchObject({ code: 'auth.forbidden' });
    }
    expect(await changes()).toEqual([]);
    expect((await set('Europe/Berlin')).body).toEqual({
      timeZone: 'Europe/Berlin',
      changedAt: expect.stringMatching(/Z$/),
      changedBy: 'The admin',
    });
    expect(await get()).toMatchObject({ timeZone: 'Europe/Berlin', changedBy: 'The admin' });
  });

  it('leaves a record of what was and what is', async () => {
    expect((await set('Asia/Kolkata', 'key')).status).toBe(200);
    expect(await changes()).toEqual([
      expect.objectContaining({ action: 'workspace.time_zone', actor: expect.objectContaining({ kind: 'key' }) }),
      expect.objectContaining({ action: 'workspace.time_zone', actor: expect.objectContaining({ kind: 'user', name: 'The admin' }) }),
    ]);
    const change = (await world.call('GET', `/changes/${(await changes())[0].id}`)).body;
    expect(change).toMatchObject({ before: { timeZone: 'Europe/Berlin' }, after: { timeZone: 'Asia/Kolkata' } });
  });

  it.each(['Europe/Nowhere', '', '+01:00', 'UTC+1', 'Local', 'x'.repeat(100), 7, null])('is refused as %j, with why', async (name) => {
    const before = await get();
    const { status, body } = await set(name);
    expect([status, body.error.code]).toEqual([400, 'request.invalid']);
    expect(body.error.details[0].path).toBe('/timeZone');
    expect(await get()).toEqual(before);
  });

  it('is refused with an example, and without the zone at all', async () => {
    expect((await set('Europe/Nowhere')).body.error.details[0].message).toContain('such as Europe/Vienna');
    expect((await world.call('PUT', '/workspace', { as: 'admin', body: {} })).status).toBe(400);
  });

  it('is spelled as lists of zones spell it, also one that was named anew', async () => {
    expect((await set('america/new_york')).body.timeZone).toBe('America/New_York');
    for (const name of ['Asia/Kolkata', 'Australia/Lord_Howe', 'UTC']) expect((await set(name)).body.timeZone).toBe(name);
  });

  it('moves no bar of who asks without a zone', async () => {
    await set('Australia/Lord_Howe');
    const day = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z', bucket: 'day' };
    expect((await world.call('GET', `/audit/histogram?${new URLSearchParams(day)}`)).body.zone).toBe('UTC');
    expect((await world.call('GET', `/stats?${new URLSearchParams(day)}`)).body.zone).toBe('UTC');
  });

  it('is one row, whatever is written to the database', async () => {
    await expect(world.prisma.workspaceSettings.create({ data: { id: 2 } })).rejects.toThrow(/check/);
  });
});
