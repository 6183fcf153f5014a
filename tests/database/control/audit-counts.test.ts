import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUpCalls } from '@/lib/control/call-counts/roll-up-calls';
import { seededRandom } from '../../fixtures/seed/seeded-tools';
import { addEvent, addOutcome, addWriter } from '../../fixtures/trail-rows';
import { createWorld, type World } from './control-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let world: World;
let pool: pg.Pool;
let startMs: number;
const random = seededRandom(7);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

beforeAll(async () => {
  world = await createWorld();
  await world.addPeople();
  pool = new pg.Pool({ ...world.poolConfig, max: 2 });
  startMs = world.now().getTime() - 60 * HOUR;
  await fill();
});
afterAll(async () => {
  world.expectClean();
  await pool.end();
  await world.end();
});

/** Two writers over sixty hours, counted in pieces that fall anywhere; outcomes come late, twice, from the other writer, or never. */
async function fill(): Promise<void> {
  await addWriter(pool, 'wrt_a', 1);
  await addWriter(pool, 'wrt_b', 2);
  const seqs = { wrt_a: 0, wrt_b: 0 };
  const open: { id: string; writer: keyof typeof seqs; at: number }[] = [];
  for (let n = 0; n < 700; n++) {
    const writer = pick(['wrt_a', 'wrt_b'] as const);
    const at = Math.floor(startMs + (n / 700) * 59 * HOUR + random() * 20 * MINUTE);
    const decision = pick(['allowed', 'allowed', 'allowed', 'denied', 'limited', 'needs_approval', 'refused']);
    const unknown = decision === 'refused';
    const id = await addEvent(pool, {
      at,
      writer,
      seq: ++seqs[writer],
      decision,
      reason: decision === 'denied' ? 'argument.denied' : 'policy.allowed',
      rule: pick(['/tools/a', '/tools/b']),
      server: unknown ? null : pick(['shop', 'desk']),
      agent: unknown ? null : pick(['bot', 'crawler', 'clerk']),
      tool: pick(['list_items', 'pay', 'call_tool']),
      innerTool: random() < 0.2 ? pick(['pay', 'erase']) : null,
      risk: pick(['low', 'high', null]),
      method: random() < 0.1 ? 'tools/list' : 'tools/call',
      session: pick(['ses_1', 'ses_2']),
      client: pick(['cursor', 'sdk']),
    });
    if (decision === 'allowed') open.push({ id, writer, at });
    while (open.length > 20) {
      const [one] = open.splice(Math.floor(random() * open.length), 1);
      if (one) await settle(one, seqs);
    }
    if (n % 60 === 59) await rollUpCalls(world.prisma, 1 + Math.floor(random() * 80));
  }
}

async function settle(one: { id: string; writer: 'wrt_a' | 'wrt_b'; at: number }, seqs: Record<string, number>): Promise<void> {
  const writer = random() < 0.15 ? pick(['wrt_a', 'wrt_b'] as const) : one.writer;
  const first = random() < 0.1 ? 'unknown' : pick(['ok', 'ok', 'tool_error', 'upstream_error']);
  seqs[writer] = (seqs[writer] ?? 0) + 1;
  await addOutcome(pool, { event: one.id, at: one.at + 50, writer, seq: seqs[writer], outcome: first, upstreamMs: random() * 1000 });
  if (first !== 'unknown') return;
  seqs[one.writer] = (seqs[one.writer] ?? 0) + 1;
  await addOutcome(pool, { event: one.id, at: one.at + 90, writer: one.writer, seq: seqs[one.writer] as number, outcome: 'ok' });
}

const get = async (path: string) => {
  const answer = await world.call('GET', path, { as: 'viewer' });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

async function allRows(query: string): Promise<{ id: string; at: string; decision: string }[]> {
  const rows: { id: string; at: string; decision: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: typeof rows; nextCursor: string | null } = await get(
      `/audit?limit=${pick([7, 50, 500])}${query}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return rows;
}

/** What the trail itself says, in the plainest words. */
async function truth(where: string): Promise<{ id: string; decision: string; at: Date }[]> {
  const { rows } = await pool.query(
    `SELECT e.id, e.decision, e.at FROM audit_events e LEFT JOIN LATERAL (SELECT outcome, upstream_ms FROM audit_outcomes
       WHERE event_id = e.id ORDER BY at DESC, writer DESC, seq DESC LIMIT 1) o ON TRUE WHERE ${where} ORDER BY e.at DESC, e.id DESC`,
  );
  return rows;
}

interface Choice {
  readonly query: string;
  readonly where: string;
}
const VALUES: Record<string, { column: string; values: string[] }> = {
  server: { column: 'e.server_slug', values: ['shop', 'desk', '-'] },
  agent: { column: 'e.agent_slug', values: ['bot', 'crawler', 'agt_clerk', '-'] },
  risk: { column: 'e.risk', values: ['low', 'high', '-'] },
  decision: { column: 'e.decision', values: ['allowed', 'denied', 'limited', 'refused'] },
  method: { column: 'e.method', values: ['tools/call', 'tools/list'] },
  reason: { column: 'e.reason', values: ['argument.denied', 'policy.allowed'] },
  outcome: { column: `coalesce(o.outcome, 'none')`, values: ['ok', 'unknown', 'tool_error', 'none'] },
};

function randomFilter(names: readonly string[]): Choice {
  const parts = names.map((name): Choice => {
    if (name === 'tool') return { query: '&tool=pay', where: `(e.tool = 'pay' OR e.inner_tool = 'pay')` };
    const { column, values } = VALUES[name] as { column: string; values: string[] };
    const wanted = values.filter(() => random() < 0.5);
    if (wanted.length === 0) wanted.push(pick(values));
    const list = wanted.map((value) => `'${value.replace(/^agt_/, '')}'`).join(',');
    return {
      query: `&${name}=${wanted.join(',')}`,
      where: `(${column} IN (${list}) ${wanted.includes('-') ? `OR ${column} IS NULL` : ''})`,
    };
  });
  const times = random() < 0.7 ? randomRange() : { query: '', where: 'TRUE' };
  return {
    query: parts.map(({ query }) => query).join('') + times.query,
    where: [times.where, ...parts.map(({ where }) => where)].join(' AND '),
  };
}

function randomRange(): Choice {
  const from = startMs + Math.floor(random() * 50 * HOUR);
  const to = from + Math.floor(random() * random() * 40 * HOUR) + 1;
  const open = random() < 0.3;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    query: `&from=${iso(from)}${open ? '' : `&to=${iso(to)}`}`,
    where: `e.at >= '${iso(from)}' AND ${open ? 'TRUE' : `e.at < '${iso(to)}'`}`,
  };
}

const decisionsOf = (rows: readonly { decision: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { decision } of rows) counts[decision] = (counts[decision] ?? 0) + 1;
  return counts;
};

async function expectAgreement({ query, where }: Choice): Promise<void> {
  const wanted = await truth(where);
  const rows = await allRows(query);
  expect(
    rows.map(({ id }) => id),
    query,
  ).toEqual(wanted.map(({ id }) => id));
  const facets = await get(`/audit/facets?values=200${query}`);
  expect(facets.total, query).toBe(wanted.length);
  const histogram = await get(`/audit/histogram?${query.slice(1)}`);
  expect(histogram.total, query).toBe(wanted.length);
  expect(histogram.byDecision).toEqual(decisionsOf(rows));
  const inBars: Record<string, number> = {};
  for (const { decisions } of histogram.series)
    for (const [decision, calls] of Object.entries(decisions as Record<string, number>)) inBars[decision] = (inBars[decision] ?? 0) + calls;
  expect(inBars).toEqual(decisionsOf(rows));
  for (const { name, values } of facets.facets as { name: string; values: { value: string; calls: number }[] }[]) {
    // A tool also counts where it is the inner one, so that its parts are more than the whole.
    if (name === 'tool' || query.includes(`&${name}=`)) continue;
    expect(
      values.reduce((sum, { calls }) => sum + calls, 0),
      `${name} of ${query}`,
    ).toBe(wanted.length);
  }
  const [facet] = (facets.facets as { name: string; values: { value: string; calls: number }[] }[]).filter(
    ({ values }) => values.length > 0,
  );
  const choice = facet && pick(facet.values);
  if (!facet || !choice) return;
  // What a facet promises is what its choice gives, also in place of what was chosen there.
  const other = query.replace(new RegExp(`&${facet.name}=[^&]*`), '');
  expect((await get(`/audit/histogram?${`${other}&${facet.name}=${encodeURIComponent(choice.value)}`.slice(1)}`)).total).toBe(choice.calls);
}

describe('facets, histogram and list of the same filter', () => {
  it('agree with the trail over random filters, in the middle of counting', async () => {
    for (let round = 0; round < 40; round++) {
      const names = [...Object.keys(VALUES), 'tool'].filter(() => random() < 0.3);
      await expectAgreement(randomFilter(names));
      if (round % 8 === 0) await rollUpCalls(world.prisma, 60);
    }
  });

  it('agree when everything is counted, and again when an outcome comes days later', async () => {
    while ((await rollUpCalls(world.prisma)).more);
    await expectAgreement({ query: '&outcome=none&decision=allowed', where: `o.outcome IS NULL AND e.decision = 'allowed'` });
    const [late] = await truth(`o.outcome IS NULL AND e.decision = 'allowed' AND e.at < '${new Date(startMs + 50 * HOUR).toISOString()}'`);
    if (!late) throw new Error('no call is open');
    await addOutcome(pool, { event: late.id, at: late.at.getTime() + HOUR, writer: 'wrt_a', seq: 90_000, outcome: 'cancelled' });
    await pool.query(`UPDATE call_count_cursors SET seq = 89999 WHERE writer = 'wrt_a'`);
    const cancelled: Choice = { query: '&outcome=cancelled', where: `o.outcome = 'cancelled'` };
    await expectAgreement(cancelled);
    await rollUpCalls(world.prisma);
    await expectAgreement(cancelled);
    await expectAgreement({ query: '', where: 'TRUE' });
  });

  it('counts each call once in every table, and nothing twice', async () => {
    while ((await rollUpCalls(world.prisma)).more);
    await rollUpCalls(world.prisma);
    const { rows } = await pool.query<Record<string, string>>(
      `SELECT (SELECT sum(calls) FROM call_counts_5m) AS m, (SELECT sum(calls) FROM call_counts_hour) AS h, (SELECT sum(calls) FROM call_counts_day) AS d,
        (SELECT count(*) FROM audit_events) AS e, (SELECT min(calls) FROM call_counts_5m) AS least,
        (SELECT sum(calls) FROM call_latencies WHERE side = 'upstream') AS timed,
        (SELECT count(DISTINCT event_id) FROM audit_outcomes) AS settled`,
    );
    expect(rows[0]).toMatchObject({ m: rows[0]?.e, h: rows[0]?.e, d: rows[0]?.e, timed: rows[0]?.settled });
    expect(Number(rows[0]?.least)).toBeGreaterThanOrEqual(0);
  });
});

describe('what calls are not counted by', () => {
  it('is searched for in the rows, with the same answer everywhere', async () => {
    for (const [query, where] of [
      ['&q=erase', `(e.inner_tool = 'erase')`],
      ['&session=ses_1&decision=denied', `e.session = 'ses_1' AND e.decision = 'denied'`],
      ['&client=cursor&agent=bot', `e.client_name = 'cursor' AND e.agent_slug = 'bot'`],
      ['&slowerThan=500', 'o.upstream_ms > 500'],
      ['&slowerThan=100&fasterThan=200&server=desk', `o.upstream_ms > 100 AND o.upstream_ms < 200 AND e.server_slug = 'desk'`],
    ] as const)
      await expectAgreement({ query, where });
  });

  it('is complete when all of it was looked at, and says so', async () => {
    expect((await get('/audit?q=erase')).coverage).toEqual({ complete: true, scannedBack: null, uncounted: 0 });
    expect((await get('/audit/facets?session=ses_1')).coverage).toEqual({ complete: true, scannedBack: null, uncounted: 0 });
  });
});

describe('facets', () => {
  it('complete a value and keep the answer short', async () => {
    const { facets } = await get('/audit/facets?facet=tool&match=LIST&values=5');
    expect(facets).toEqual([{ name: 'tool', values: [{ value: 'list_items', calls: expect.any(Number) }], more: false }]);
    expect((await get('/audit/facets?facet=agent&values=1')).facets[0]).toMatchObject({ values: [expect.anything()], more: true });
  });
});

describe('a call of a new kind', () => {
  it('is found when it is counted between two statements of one answer', async () => {
    await addWriter(pool, 'wrt_c', 3);
    const { history } = world.services;
    const read = history.read.bind(history);
    for (const before of [1, 2, 3, 4]) {
      const agent = `newcomer-${before}`;
      const id = await addEvent(pool, { at: world.now().getTime() - 1000, writer: 'wrt_c', seq: before, agent });
      let statements = 0;
      history.read = async (...args: Parameters<typeof read>) => {
        if (statements++ === before) while ((await rollUpCalls(world.prisma)).more);
        return read(...args);
      };
      const { items } = await get(`/audit?agent=${agent}&decision=allowed`).finally(() => {
        history.read = read;
      });
      expect(statements).toBeGreaterThan(before);
      expect(items.map((item: { id: string }) => item.id)).toEqual([id]);
    }
  });
});
