import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
});
afterAll(async () => {
  await world.end();
});

describe('changes of holds', () => {
  it('are for those who may see holds: in the list, the facets, one by one and in exports', async () => {
    const reason = 'an inquiry that few know of';
    expect((await world.call('POST', '/audit/holds', { body: { reason } })).status).toBe(201);
    const { items } = (await world.call('GET', '/changes?entity=hold')).body;
    expect(items[0].after.reason).toBe(reason);
    for (const as of ['viewer', 'author'] as const) {
      for (const path of ['/changes', '/changes?entity=hold', '/changes/export', '/changes/export?entity=hold&format=csv'])
        expect((await world.call('GET', path, { as })).text, `${as} ${path}`).not.toContain(reason);
      expect((await world.call('GET', `/changes/${items[0].id}`, { as })).status).toBe(404);
      expect((await world.call('GET', '/changes/facets', { as })).text).not.toContain('hold');
    }
    expect((await world.call('GET', '/changes/export?entity=hold', { as: 'approver' })).text).toContain(reason);
  });
});
