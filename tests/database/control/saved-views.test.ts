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

const save = (as: 'viewer' | 'author', name: string, shared = false) =>
  world.call('POST', '/views', { as, body: { page: 'calls', name, query: 'decision=denied&range=7d', shared } });
const names = async (as: 'viewer' | 'author') =>
  (await world.call('GET', '/views?page=calls', { as })).body.items.map((view: { name: string }) => view.name);

describe('saved views', () => {
  it('are for oneself unless they are shared, which needs a role', async () => {
    expect((await save('viewer', 'Mine')).body).toMatchObject({
      own: true,
      shared: false,
      default: false,
      query: 'decision=denied&range=7d',
    });
    expect(await names('author')).toEqual([]);
    const refused = await save('viewer', 'Ours', true);
    expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('Policy author or Approver or Admin')]);
    expect((await save('author', 'Ours', true)).status).toBe(201);
    expect(await names('viewer')).toEqual(['Mine', 'Ours']);
  });

  it('have one name each for their owner', async () => {
    expect(await save('viewer', 'Mine')).toMatchObject({
      status: 409,
      body: { error: { code: 'view.name_taken', details: [{ path: 'name' }] } },
    });
    expect((await save('author', 'Mine')).status).toBe(201);
  });

  it('can be what somebody opens the page with, also one of others, and only for that person', async () => {
    const [, ours] = (await world.call('GET', '/views?page=calls', { as: 'viewer' })).body.items;
    expect(ours).toMatchObject({ name: 'Ours', own: false, owner: 'The author' });
    expect((await world.call('PATCH', `/views/${ours.id}`, { as: 'viewer', body: { default: true } })).body.default).toBe(true);
    const seen = (await world.call('GET', '/views', { as: 'author' })).body.items.find((view: { id: string }) => view.id === ours.id);
    expect(seen.default).toBe(false);
    expect((await world.call('PATCH', `/views/${ours.id}`, { as: 'viewer', body: { default: false } })).body.default).toBe(false);
  });

  it('are changed and deleted by their owner; shared ones by who may share; others see none of it', async () => {
    const [mine, ours] = (await world.call('GET', '/views?page=calls', { as: 'viewer' })).body.items;
    expect((await world.call('PATCH', `/views/${ours.id}`, { as: 'viewer', body: { query: 'risk=high' } })).status).toBe(403);
    expect((await world.call('DELETE', `/views/${ours.id}`, { as: 'viewer' })).status).toBe(403);
    expect((await world.call('PATCH', `/views/${mine.id}`, { as: 'author', body: { name: 'x' } })).status).toBe(404);
    expect((await world.call('PATCH', `/views/${mine.id}`, { as: 'viewer', body: { shared: true } })).status).toBe(403);
    expect((await world.call('PATCH', `/views/${mine.id}`, { as: 'viewer', body: { query: 'risk=high' } })).body.query).toBe('risk=high');
    expect((await world.call('PATCH', `/views/${ours.id}`, { as: 'admin', body: { query: 'risk=low' } })).body.query).toBe('risk=low');
    expect((await world.call('DELETE', `/views/${mine.id}`, { as: 'viewer' })).status).toBe(204);
    expect(await names('viewer')).toEqual(['Ours']);
  });

  it('keep nothing but the query of an address', async () => {
    const wrong = await world.call('POST', '/views', { body: { page: 'calls', name: 'Odd', query: 'a=b#<script>' } });
    expect(wrong.status).toBe(400);
  });
});

describe('the stream of changes', () => {
  it('counts who changed what, each choice beside the others, and gives one by its id', async () => {
    const { facets, total } = (await world.call('GET', '/changes/facets?entity=view')).body;
    const of = (name: string) => facets.find((facet: { name: string }) => facet.name === name).values;
    expect(of('actor').reduce((sum: number, one: { changes: number }) => sum + one.changes, 0)).toBe(total);
    expect(of('action')).toEqual(expect.arrayContaining([{ value: 'view.delete', changes: 1 }]));
    expect(of('entity').length).toBeGreaterThanOrEqual(1);
    const [change] = (await world.call('GET', '/changes?action=view.delete&actor=The%20viewer')).body.items;
    expect((await world.call('GET', `/changes/${change.id}`)).body).toEqual(change);
    expect(change.before).toMatchObject({ name: 'Mine', query: 'risk=high' });
    expect((await world.call('GET', '/changes?actor=The%20viewer,The%20author&entity=view')).body.items.length).toBeGreaterThan(4);
    expect((await world.call('GET', '/changes/chg_00000000000000000000000000')).status).toBe(404);
  });
});
