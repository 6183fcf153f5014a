import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './control-world';

let world: World;
let pool: pg.Pool;
let grant = '';
let other = '';
let events = 0;
beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer('shop');
  await world.call('POST', '/agents', { body: { slug: 'bot', name: 'Bot', owner: 'admin@example.com' } });
  const made = async () => (await world.call('POST', '/grants', { body: { agent: 'bot', server: 'shop' } })).body.grant.id;
  [grant, other] = [await made(), await made()];
  pool = new pg.Pool(world.poolConfig);
});
afterAll(async () => {
  await pool.end();
  world.expectClean();
  await world.end();
});

const refused = (reason: string, of: string | null, minutesAgo: number, message: string | null = null) =>
  pool.query(
    `INSERT INTO audit_events (id, at, writer, seq, previous_hash, hash, method, decision, reason, rule, message, grant_id, source_ip)
     VALUES ($1, $2, 'w', $3, '', '', 'POST', $4, $5, '(gateway)', $6, $7, '10.0.0.7')`,
    [
      world.services.newId('evt'),
      new Date(world.now().getTime() - minutesAgo * 60_000),
      ++events,
      reason.startsWith('upstream.') ? 'unavailable' : 'refused',
      reason,
      message,
      of,
    ],
  );
const look = async (query = '') => (await world.call('GET', `/grants/${grant}/connection${query}`, { as: 'viewer' })).body;
const done = (answer: { steps: { name: string; at: string | null }[] }) => answer.steps.filter(({ at }) => at).map(({ name }) => name);

describe('the first connection of a grant', () => {
  it('has not reached the gateway while nothing came', async () => {
    const answer = await look();
    expect(answer).toMatchObject({ client: null, sourceIp: null, problems: [] });
    expect(done(answer)).toEqual([]);
    expect((await world.call('GET', '/grants/grt_none/connection')).status).toBe(404);
  });

  it('shows requests that may have been its own with what to do, alike ones once, and none of other grants', async () => {
    await refused('identity.malformed', null, 3, 'The credential is a placeholder that nothing was put in place of.');
    await refused('identity.malformed', null, 2, 'The credential is a placeholder that nothing was put in place of.');
    await refused('grant.agent_suspended', other, 2);
    await refused('identity.unknown', null, 90);
    const answer = await look();
    expect(done(answer)).toEqual(['reached']);
    expect(answer.problems).toEqual([
      expect.objectContaining({
        reason: 'identity.malformed',
        message: 'The credential is a placeholder that nothing was put in place of.',
        fix: expect.stringContaining('cg_live_'),
        certain: false,
        count: 2,
        sourceIp: '10.0.0.7',
      }),
    ]);
  });

  it('knows a refusal of the grant itself, and a server that does not answer', async () => {
    await world.passLong(3_600_000);
    await refused('upstream.unavailable', grant, 1, 'The server could not be reached. The call was not made.');
    const answer = await look();
    expect(done(answer)).toEqual(['reached', 'authenticated']);
    expect(answer.problems).toEqual([expect.objectContaining({ certain: true, fix: expect.stringContaining('Sync tools') })]);
  });

  it('follows a client step by step from a moment on', async () => {
    const at = (ms: number) => new Date(world.now().getTime() + ms);
    await pool.query(
      `INSERT INTO grant_usage (grant_id, last_used_at, client_name, client_version, source_ip, introduced_at, listed_at)
       VALUES ($1, $2, 'cursor', '1.7', '10.0.0.9', $2, $3)`,
      [grant, at(-10_000), at(-9_000)],
    );
    const answer = await look(`?since=${at(-30_000).toISOString()}`);
    expect(answer).toMatchObject({ client: { name: 'cursor', version: '1.7' }, sourceIp: '10.0.0.9', problems: [] });
    expect(done(answer)).toEqual(['reached', 'authenticated', 'introduced', 'listed']);
    expect(done(await look(`?since=${at(-9_500).toISOString()}`))).toEqual(['listed']);
    await pool.query('UPDATE grant_usage SET called_at = $2 WHERE grant_id = $1', [grant, at(0)]);
    expect(done(await look(`?since=${at(-30_000).toISOString()}`))).toContain('called');
  });
});
