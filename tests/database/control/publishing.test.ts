import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publishDue } from '@/lib/control/publications/publish-due';
import { sha256Hex } from '@/lib/kernel/digest';
import { createWorld, type World } from './control-world';

const DENY = '{ "version": "1", "default": "deny" }\n';
const OPEN_ONE = '{\n  // for support\n  "version": "1",\n  "default": "deny",\n  "tools": { "read_it": {} }\n}\n';
const OPEN_TWO = '{\n  // for support\n  "version": "1",\n  "default": "deny",\n  "tools": { "read_it": {}, "drop_it": {} }\n}\n';
const withTest = (expect: string) =>
  `{ "version": "1", "default": "deny", "tools": { "read_it": {} },\n  "tests": [\n    { "name": "reading stays open", "tool": "read_it", "arguments": {}, "expect": "allowed" },\n    { "name": "dropping is closed", "tool": "drop_it", "arguments": {}, "expect": "${expect}" }\n  ]\n}`;
// Short enough that nobody is signed out meanwhile.
const WAIT_MS = 180_000;

let world: World;
let policy: string;
let serial = 0;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  await world.addServer(
    'desk',
    { name: 'read_it', description: 'Reads a ticket.', inputSchema: { type: 'object' } },
    { name: 'drop_it', description: 'Deletes a ticket for good.', inputSchema: { type: 'object' } },
  );
});
afterAll(async () => {
  world.expectClean();
  await world.end();
});
beforeEach(async () => {
  serial += 1;
  policy = `/servers/desk/policies/main-${serial}`;
  // Time passes in these tests, and who does nothing for long is signed out.
  for (const as of ['viewer', 'author', 'admin'] as const) await world.call('GET', '/me', { as });
});

type Who = 'author' | 'admin' | 'key';
const save = (text: string, as: Who = 'author', body: object = {}, headers = {}) =>
  world.call('PUT', policy, { as, body: { text, ...body }, headers });
const publish = (body: object = {}, as: Who = 'author') => world.call('POST', `${policy}/publish`, { as, body });
const decide = (id: string, verb: 'approve' | 'reject' | 'withdraw', as: Who, body: object = {}) =>
  world.call('POST', `/publications/${id}/${verb}`, { as, body });
const settings = (body: object, as: Who = 'admin') => world.call('PATCH', policy, { as, body });
const live = async () => (await world.call('GET', policy)).body;
const at = (ms: number) => new Date(world.now().getTime() + ms).toISOString();
const actions = async (entityId: string) =>
  (await world.prisma.adminChange.findMany({ where: { entityId }, orderBy: { id: 'asc' } })).map((row) => row.action);

async function published(text: string): Promise<void> {
  await save(text);
  const answer = await publish();
  expect(answer.body.status, answer.text).toBe('published');
}

describe('the tests of a policy', () => {
  it('have to pass: a failing one refuses with its name, place and difference, and leaves the draft and what is live alone', async () => {
    await published(DENY);
    await save(withTest('allowed'));
    const { status, body } = await publish();
    expect([status, body.error.code]).toEqual([422, 'policy.tests_failed']);
    expect(body.error.details).toEqual([
      { path: '/tests/1', line: 4, message: expect.stringMatching(/^dropping is closed: Expected allowed; it is denied by/) },
    ]);
    expect(await live()).toMatchObject({ live: { version: 1 }, hasDraft: true });
    await save(withTest('denied'));
    expect((await publish()).body).toMatchObject({ status: 'published', version: 2 });
  });

  it('have to pass again when an old version is restored', async () => {
    await published(withTest('denied'));
    await published(DENY);
    await world.call('PATCH', '/servers/desk/tools/read_it', { body: { category: 'read', risk: 'low', reason: 'looked at it' } });
    expect((await world.call('POST', `${policy}/versions/1/restore`, { as: 'author' })).body).toMatchObject({
      version: 3,
      restoredFrom: 1,
    });
  });
});

describe('the mode chosen at publishing', () => {
  it('is written into the text with the smallest edit, so that the text stays the truth', async () => {
    await published(OPEN_ONE);
    await save(OPEN_TWO);
    await publish({ mode: 'observe' });
    const observed = (await world.call('GET', `${policy}/versions/2`)).body.text;
    expect(observed).toContain('"mode": "observe"');
    expect(observed).toContain('// for support');
    expect(observed.replace(/\s*"mode": "observe",?/, '')).toBe(OPEN_TWO);
    expect((await live()).mode).toBe('observe');
    await save(observed);
    await publish({ mode: 'enforce' });
    expect((await world.call('GET', `${policy}/versions/3`)).body.text).toBe(observed.replace('"observe"', '"enforce"'));
  });
});

describe('a scheduled publication', () => {
  it('waits for its time, then goes live with the text it was scheduled with', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    const { body } = await publish({ at: at(WAIT_MS), comment: 'after the freeze' });
    expect(body).toMatchObject({
      status: 'scheduled',
      publication: { baseVersion: 1, digest: sha256Hex(OPEN_ONE), dueAt: expect.any(String) },
    });
    expect(await live()).toMatchObject({ live: { version: 1 }, hasDraft: true, waiting: { id: body.publication.id, status: 'scheduled' } });
    expect(await publishDue(world.context())).toEqual([]);
    // The draft goes on; the schedule keeps its text.
    await save(OPEN_TWO);
    world.pass(WAIT_MS);
    expect(await publishDue(world.context())).toEqual([{ publication: body.publication.id, status: 'published', because: null }]);
    expect((await world.call('GET', `${policy}/versions/2`)).body).toMatchObject({
      text: OPEN_ONE,
      comment: 'after the freeze',
      publishedBy: 'The author',
      publication: body.publication.id,
    });
    expect(await live()).toMatchObject({ waiting: null, draft: { text: OPEN_TWO, baseVersion: 1, baseText: DENY }, liveText: OPEN_ONE });
    const row = await world.prisma.adminChange.findFirstOrThrow({ where: { action: 'policy.publish' }, orderBy: { id: 'desc' } });
    expect(row).toMatchObject({ actorName: 'The author', after: { liveVersion: 2, publication: body.publication.id } });
  });

  it('is published once by many nodes that find it at the same moment', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    await publish({ at: at(WAIT_MS) });
    world.pass(2 * WAIT_MS);
    const rounds = await Promise.all(Array.from({ length: 6 }, () => publishDue(world.context())));
    expect(rounds.flat()).toHaveLength(1);
    expect((await world.call('GET', `${policy}/versions`)).body.items.map((item: { version: number }) => item.version)).toEqual([2, 1]);
    expect(await publishDue(world.context())).toEqual([]);
  });

  it('fails with its reason at once when another version goes live, and never goes live over it', async () => {
    await published(DENY);
    await published(OPEN_ONE);
    await save(OPEN_TWO);
    const { publication } = (await publish({ at: at(WAIT_MS) })).body;
    expect((await world.call('POST', `${policy}/versions/1/restore`, { as: 'author' })).body).toMatchObject({ version: 3 });
    const answer = (await world.call('GET', `/publications/${publication.id}`)).body;
    expect(answer).toMatchObject({ status: 'failed', closedBecause: expect.stringContaining('Version 3 went live meanwhile') });
    expect(await actions(publication.id)).toEqual(['publication.schedule', 'publication.failed']);
    world.pass(2 * WAIT_MS);
    expect(await publishDue(world.context())).toEqual([]);
    expect(await live()).toMatchObject({ live: { version: 3 }, waiting: null, draft: { text: OPEN_TWO } });
  });

  it('is checked again when due: the base version, and whether its requester may still publish', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    const first = (await publish({ at: at(WAIT_MS) })).body.publication;
    await world.prisma.publication.update({ where: { id: first.id }, data: { baseVersion: 7 } });
    world.pass(2 * WAIT_MS);
    expect(await publishDue(world.context())).toEqual([
      { publication: first.id, status: 'failed', because: expect.stringContaining('Version 1 is live, not 7') },
    ]);
    expect(await actions(first.id)).toEqual(['publication.schedule', 'publication.failed']);
    const second = (await publish({ at: at(WAIT_MS) })).body.publication;
    const author = await world.prisma.user.findFirstOrThrow({ where: { email: 'author@example.com' } });
    await world.prisma.user.update({ where: { id: author.id }, data: { status: 'disabled' } });
    world.pass(2 * WAIT_MS);
    expect(await publishDue(world.context())).toEqual([
      { publication: second.id, status: 'failed', because: expect.stringContaining('may no longer publish') },
    ]);
    await world.prisma.user.update({ where: { id: author.id }, data: { status: 'active' } });
    expect((await live()).live.version).toBe(1);
  });

  it('can be withdrawn, and blocks a second one until then', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    const { publication } = (await publish({ at: at(WAIT_MS) })).body;
    expect((await publish()).body.error).toMatchObject({ code: 'publication.waiting', message: expect.stringContaining('The author') });
    expect((await decide(publication.id, 'withdraw', 'admin', { reason: 'not this week' })).body).toMatchObject({
      status: 'withdrawn',
      closedBy: 'The admin',
      closedBecause: 'not this week',
    });
    expect((await decide(publication.id, 'withdraw', 'admin')).body.error.code).toBe('publication.closed');
    world.pass(2 * WAIT_MS);
    expect(await publishDue(world.context())).toEqual([]);
    expect((await publish()).body).toMatchObject({ status: 'published', version: 2 });
  });

  it('needs a time that lies ahead, within a year', async () => {
    await save(DENY);
    expect((await publish({ at: at(-WAIT_MS) })).body.error.code).toBe('publication.time');
    expect((await publish({ at: at(400 * 86_400_000) })).body.error.code).toBe('publication.time');
    expect((await publish({ at: 'tomorrow' })).status).toBe(400);
  });
});

describe('a second person', () => {
  it('has to agree to what opens access, and to nothing else, when the policy asks for it on loosening', async () => {
    await published(OPEN_ONE);
    await settings({ secondPerson: 'loosening' });
    await save(DENY);
    const answer = await publish();
    expect(answer.body.status, answer.text).toBe('published');
    await save(OPEN_TWO);
    const { body } = await publish({ comment: 'they need it' });
    expect(body).toMatchObject({ status: 'awaiting_review', publication: { loosening: true, needsApproval: true } });
    expect((await live()).live.version).toBe(2);
    const approved = await decide(body.publication.id, 'approve', 'admin', { digest: sha256Hex(OPEN_TWO) });
    expect(approved.body).toMatchObject({ status: 'published', version: 3, approvedBy: 'The admin' });
    expect((await world.call('GET', `${policy}/versions/3`)).body).toMatchObject({ publishedBy: 'The author', approvedBy: 'The admin' });
    expect(await actions(body.publication.id)).toEqual(['publication.request', 'publication.approve']);
  });

  it('is never who asked for it or wrote part of the text, whatever the role', async () => {
    await published(DENY);
    await settings({ secondPerson: 'always' });
    await save(OPEN_ONE, 'admin');
    await save(OPEN_TWO, 'author');
    const { publication } = (await publish({}, 'author')).body;
    const own = await decide(publication.id, 'approve', 'author');
    expect([own.status, own.body.error.code]).toEqual([403, 'publication.own']);
    const wrote = await decide(publication.id, 'approve', 'admin');
    expect([wrote.status, wrote.body.error.message]).toEqual([403, expect.stringContaining('wrote part')]);
    expect((await world.call('GET', `/publications/${publication.id}`, { as: 'admin' })).body.cannotApprove).toContain('wrote part');
    expect((await world.call('GET', `/publications/${publication.id}`, { as: 'viewer' })).body.cannotApprove).toContain('permission');
    // A management key is an actor of its own.
    expect((await decide(publication.id, 'approve', 'key')).body).toMatchObject({ status: 'published', approvedBy: 'Management key' });
  });

  it('agrees to one text: a changed draft takes the request back, saving the same text does not', async () => {
    await published(DENY);
    await settings({ secondPerson: 'always' });
    await save(OPEN_ONE);
    const { publication } = (await publish()).body;
    await save(OPEN_ONE, 'admin');
    expect((await world.call('GET', `/publications/${publication.id}`)).body.status).toBe('awaiting_review');
    await save(OPEN_TWO);
    expect((await world.call('GET', `/publications/${publication.id}`)).body).toMatchObject({ status: 'outdated', closedBy: 'The author' });
    expect((await decide(publication.id, 'approve', 'admin')).body.error.code).toBe('publication.closed');
    const again = (await publish()).body.publication;
    expect((await decide(again.id, 'approve', 'admin', { digest: sha256Hex(OPEN_ONE) })).body.error.code).toBe('publication.changed');
    expect(again.editors.map((editor: { name: string }) => editor.name)).toEqual(['The author']);
  });

  it('can refuse with a reason, and has to give one', async () => {
    await settings({ secondPerson: 'always' }).catch(() => undefined);
    await save(DENY);
    await settings({ secondPerson: 'always' });
    const { publication } = (await publish()).body;
    expect((await decide(publication.id, 'reject', 'admin')).status).toBe(400);
    expect((await decide(publication.id, 'reject', 'author', { reason: 'mine' })).status).toBe(403);
    expect((await decide(publication.id, 'reject', 'admin', { reason: 'too wide' })).body).toMatchObject({
      status: 'rejected',
      closedBecause: 'too wide',
    });
    expect(await live()).toMatchObject({ live: null, hasDraft: true, waiting: null });
  });

  it('agrees before the time, and the text then waits for it', async () => {
    await published(DENY);
    await settings({ secondPerson: 'always' });
    await save(OPEN_ONE);
    const { publication, status } = (await publish({ at: at(WAIT_MS) })).body;
    expect(status).toBe('awaiting_review');
    world.pass(10_000);
    expect((await decide(publication.id, 'approve', 'admin')).body).toMatchObject({ status: 'scheduled', approvedBy: 'The admin' });
    world.pass(WAIT_MS);
    expect(await publishDue(world.context())).toHaveLength(1);
    expect((await world.call('GET', `${policy}/versions/2`)).body).toMatchObject({ approvedBy: 'The admin', publishedBy: 'The author' });
  });

  it('has to agree to a roll back that opens access, and not to one that closes', async () => {
    await published(OPEN_ONE);
    await published(DENY);
    await settings({ secondPerson: 'loosening' });
    const opening = (await world.call('POST', `${policy}/versions/1/restore`, { as: 'author', body: { expectedVersion: 2 } })).body;
    expect(opening).toMatchObject({ status: 'awaiting_review', publication: { restoredFrom: 1 } });
    expect((await decide(opening.publication.id, 'approve', 'admin')).body).toMatchObject({ status: 'published', version: 3 });
    expect((await world.call('POST', `${policy}/versions/2/restore`, { as: 'author' })).body).toMatchObject({
      status: 'published',
      version: 4,
    });
  });

  it('is asked for by an administrator only', async () => {
    await save(DENY);
    expect((await settings({ secondPerson: 'always' }, 'author')).status).toBe(403);
    expect((await settings({ name: 'Main policy' }, 'author')).body.name).toBe('Main policy');
    expect((await settings({})).status).toBe(400);
  });
});

describe('a policy that is kept elsewhere', () => {
  it('is read by people and written by management keys, until an administrator takes it over', async () => {
    await published(DENY);
    await settings({ managedBy: 'Git infra/policies' }, 'key');
    for (const refused of [
      await save(OPEN_ONE),
      await publish(),
      await world.call('POST', `${policy}/versions/1/restore`, { as: 'author' }),
      await world.call('DELETE', `${policy}/draft`, { as: 'admin' }),
      await world.call('DELETE', policy, { as: 'admin' }),
    ])
      expect([refused.status, refused.body.error.code, refused.body.error.message]).toEqual([
        409,
        'policy.managed',
        expect.stringContaining('Git infra/policies'),
      ]);
    await save(OPEN_ONE, 'key');
    expect((await publish({}, 'key')).body).toMatchObject({ status: 'published', version: 2 });
    expect((await settings({ managedBy: null }, 'author')).status).toBe(403);
    await settings({ managedBy: null });
    expect((await save(DENY)).status).toBe(200);
  });
});

describe('two people', () => {
  it('who publish at once: one wins, the other is told and loses nothing', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    const answers = await Promise.all([publish({ expectedVersion: 1 }), publish({ expectedVersion: 1 }, 'admin')]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, expect.any(Number)]);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect((await world.call('GET', `${policy}/versions`)).body.items).toHaveLength(2);
  });

  it('who approve at once: one does, and one version is made', async () => {
    await published(DENY);
    await settings({ secondPerson: 'always' });
    await save(OPEN_ONE);
    const { publication } = (await publish()).body;
    const answers = await Promise.all([decide(publication.id, 'approve', 'admin'), decide(publication.id, 'approve', 'key')]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
    expect((await live()).live.version).toBe(2);
  });

  it('where one edits while the other publishes: the draft keeps its base, publishing it is refused, and merging it is told', async () => {
    await published(DENY);
    await save(OPEN_ONE);
    await published(OPEN_ONE);
    const read = await save(OPEN_TWO);
    await world.call('POST', `${policy}/versions/1/restore`, { as: 'admin' });
    const edited = await save(`${OPEN_TWO}\n`, 'author', {}, { 'if-match': `"${(await live()).etag}"` });
    expect([read.status, edited.status]).toEqual([200, 200]);
    expect(edited.body.draft).toMatchObject({ baseVersion: 2, baseText: OPEN_ONE });
    expect((await publish()).body.error.code).toBe('policy.version_conflict');
    expect((await world.call('GET', `${policy}/review`)).body).toMatchObject({
      stale: true,
      base: { version: 2, text: OPEN_ONE },
      live: { version: 3, text: DENY },
      blocked: [expect.stringContaining('Merge')],
    });
    // Merged with what is live now, and told so.
    expect((await save(OPEN_TWO, 'author', { baseVersion: 2 })).status).toBe(409);
    expect((await save(OPEN_TWO, 'author', { baseVersion: 3 })).body.draft.baseVersion).toBe(3);
    expect((await publish()).body).toMatchObject({ status: 'published', version: 4 });
  });
});

describe('the forecast of a publication', () => {
  const simulated = (text: string, part: object = {}) =>
    world.prisma.simulation.create({
      data: {
        id: `sim_${serial}_${Math.random()}`,
        server: { connect: { slug: 'desk' } },
        policy: { connect: { id: policyId } },
        textSha256: sha256Hex(text),
        fromAt: at(-86_400_000),
        toAt: at(0),
        against: 'recorded',
        warm: true,
        status: 'done',
        createdBy: 'The author',
        result: {
          calls: 100,
          changed: 4,
          cannotTell: { total: 1, reasons: [] },
          outcomes: { allowed: 90, needs_approval: 3, limited: 2, denied: 4, hidden: 1 },
          observed: [{ state: 'observed_denied', calls: 6 }],
        },
        ...part,
      },
    });
  let policyId = '';

  beforeEach(async () => {
    await published(DENY);
    await save(OPEN_ONE);
    policyId = (await live()).id;
  });

  it('is the latest finished simulation of exactly this text and of every agent', async () => {
    await simulated(OPEN_ONE);
    await simulated(OPEN_TWO);
    await simulated(OPEN_ONE, { agents: ['bot'] });
    const review = (await world.call('GET', `${policy}/review`)).body;
    expect(review.simulation).toMatchObject({ status: 'done' });
    await publish();
    const { forecast } = (await world.call('GET', `${policy}/versions/2`)).body;
    expect(forecast).toMatchObject({
      simulation: review.simulation.id,
      calls: 100,
      denied: 11,
      limited: 2,
      asked: 3,
      changed: 4,
      cannotTell: 1,
    });
  });

  it('is none where nobody simulated, and never one of another text, of a few agents or that has not finished', async () => {
    const others = [
      await simulated(OPEN_TWO),
      await simulated(OPEN_ONE, { agents: ['bot'] }),
      await simulated(OPEN_ONE, { status: 'running', result: undefined }),
    ];
    for (const { id } of [...others, { id: 'sim_none' }])
      expect((await publish({ simulation: id })).body.error.code).toBe('simulation.not_found');
    await publish();
    expect((await world.call('GET', `${policy}/versions/2`)).body.forecast).toBeNull();
  });
});

describe('the review', () => {
  it('says in one answer what changes, for whom, what the tests say and what stands in the way', async () => {
    await published(DENY);
    const slug = policy.split('/').at(-1) as string;
    await world.call('POST', '/agents', { body: { slug: `bot-${serial}`, name: 'Bot', owner: 'admin@example.com' } });
    await world.call('POST', '/grants', { body: { agent: `bot-${serial}`, server: 'desk', policy: slug } });
    await settings({ secondPerson: 'loosening' });
    await save(withTest('allowed'));
    const { body } = await world.call('GET', `${policy}/review`, { as: 'viewer' });
    expect(body).toMatchObject({
      stale: false,
      nextVersion: 2,
      mode: 'enforce',
      digest: sha256Hex(withTest('allowed')),
      live: { version: 1, text: DENY },
      tests: { passed: 1, failed: 1 },
      change: { kind: 'rules', loosening: true, opens: null },
      affected: { grants: 1, agents: 1, items: [{ agent: { slug: `bot-${serial}` }, lastUsedAt: null }] },
      secondPerson: { setting: 'loosening', needed: true, because: expect.any(String) },
      waiting: null,
      blocked: ['1 test fails.'],
    });
    expect(body.change.sentences[0].effect).toBe('loosens');
  });

  it('tells comments from rules, and lists every tool that an open default makes callable, riskiest first', async () => {
    await published(OPEN_ONE);
    await save(OPEN_ONE.replace('// for support', '// for the whole team'));
    expect((await world.call('GET', `${policy}/review`)).body.change).toMatchObject({ kind: 'comments', sentences: [], loosening: false });
    await save('{ "version": "1", "default": "allow", "tools": { "read_it": {} } }');
    const { opens } = (await world.call('GET', `${policy}/review`)).body.change;
    expect(opens.map((entry: { tool: string }) => entry.tool)).toEqual(['drop_it']);
  });

  it('reviews restoring an old version, and needs something to review', async () => {
    await published(OPEN_ONE);
    await published(DENY);
    const { body } = await world.call('GET', `${policy}/review?restore=1`);
    expect(body).toMatchObject({ text: OPEN_ONE, stale: false, change: { loosening: true } });
    expect((await world.call('GET', `${policy}/review?restore=9`)).status).toBe(404);
    expect((await world.call('GET', `${policy}/review`)).body.error.code).toBe('policy.no_draft');
  });
});
