import { describe, expect, it } from 'vitest';
import { prepend, settle } from '@/components/activity/use-activity';
import { parseLabels } from '@/components/agents/agent-form';
import { exampleArguments } from '@/components/policies/example-arguments';
import { START_POINTS } from '@/components/policies/import/start-text';
import { argumentLines, connectionOf, EMPTY_DRAFT, importMcpJson } from '@/components/servers/server-draft';
import { slugOf } from '@/components/servers/server-words';
import type { AuditPage, AuditRow, Stats } from '@/components/shared/api/wire';
import { bucketsOf, totalsOf } from '@/components/shared/charts/series';
import { createServer } from '@/lib/control/servers/contract';
import { TEMPLATES } from '@/lib/policy/templates/template';

const row = (id: string, outcome: AuditRow['outcome'] = null) => ({ id, outcome }) as AuditRow;
const pages = (...lists: AuditRow[][]) => ({
  pages: lists.map(
    (items, index): AuditPage => ({ items, nextCursor: `c${index}`, coverage: { complete: true, scannedBack: null, uncounted: 0 } }),
  ),
  pageParams: lists.map((_, index) => (index ? `c${index - 1}` : null)),
});

describe('the live list', () => {
  it('puts new rows first, once, and keeps what is there in its order', () => {
    const next = prepend(pages([row('b'), row('a')]), [row('c'), row('b')]);
    expect(next?.pages[0]?.items.map((one) => one.id)).toEqual(['c', 'b', 'a']);
    expect(next?.pages[0]?.nextCursor).toBe('c0');
  });

  it('lets whole later pages go beyond its cap, so that the next cursor still fits', () => {
    const many = (prefix: string) => Array.from({ length: 300 }, (_, index) => row(`${prefix}${index}`));
    const next = prepend(pages(many('b'), many('a')), [row('new')]);
    expect(next?.pages).toHaveLength(1);
    expect(next?.pageParams).toEqual([null]);
  });

  it('fills in outcomes in place', () => {
    const next = settle(pages([row('b'), row('a')]), [row('c', 'ok'), row('a', 'ok')]);
    expect(next?.pages[0]?.items).toEqual([row('b'), row('a', 'ok')]);
  });
});

describe('the chart', () => {
  const stats = {
    from: '2026-11-20T10:00:10.000Z',
    to: '2026-11-20T10:03:00.000Z',
    bucket: 'minute',
    zone: 'UTC',
    series: [{ at: '2026-11-20T10:01:00.000Z', decisions: { allowed: 3, observed_denied: 1, hidden: 2, refused: 1 } }],
  } as unknown as Stats;

  it('counts what was only observed as let pass, and fills empty buckets with zero', () => {
    const buckets = bucketsOf(stats);
    expect(buckets).toHaveLength(3);
    expect(buckets[1]).toMatchObject({ allowed: 4, denied: 3, limited: 0 });
    expect(buckets[0]).toMatchObject({ allowed: 0, denied: 0 });
  });

  it.each([
    ['Europe/Berlin', '2026-10-24T10:00:00.000Z', '2026-10-26T10:00:00.000Z', '2026-10-24T22:00:00.000Z', [24, 25, 24]],
    ['America/New_York', '2026-03-07T12:00:00.000Z', '2026-03-09T12:00:00.000Z', '2026-03-08T05:00:00.000Z', [24, 23, 24]],
    ['Australia/Lord_Howe', '2026-04-04T01:00:00.000Z', '2026-04-06T01:00:00.000Z', '2026-04-04T13:00:00.000Z', [24, 24.5, 24]],
    ['Asia/Kolkata', '2026-10-24T10:00:00.000Z', '2026-10-26T10:00:00.000Z', '2026-10-24T18:30:00.000Z', [24, 24, 24]],
  ])('has a bar for each day of %s, as long as that day is, with its calls', (zone, from, to, second, hours) => {
    const buckets = bucketsOf({ from, to, zone, bucket: 'day', byDecision: {}, series: [{ at: second, decisions: { allowed: 7 } }] });
    expect(buckets.map((bucket) => (bucket.to - bucket.at) / 3_600_000)).toEqual(hours);
    expect(buckets.map((bucket) => bucket.allowed)).toEqual([0, 7, 0]);
  });

  it('loses no call in its totals', () => {
    const counts = { allowed: 5, denied: 1, hidden: 1, limited: 2, needs_approval: 3, refused: 1, unavailable: 4, observed_limited: 2 };
    expect(Object.values(totalsOf(counts)).reduce((sum, count) => sum + count, 0)).toBe(19);
  });
});

describe('adding a server', () => {
  it('reads the configuration of the usual clients', () => {
    const read = (value: unknown) => importMcpJson(JSON.stringify(value), slugOf);
    expect(
      read({ mcpServers: { Billing: { url: 'https://b.example/mcp', headers: { Authorization: 'Bearer t0ken', 'x-team': 'pay' } } } }),
    ).toMatchObject({
      ok: true,
      servers: [
        { slug: 'billing', transport: 'http', url: 'https://b.example/mcp', bearer: 't0ken', headers: [{ name: 'x-team', value: 'pay' }] },
      ],
    });
    expect(read({ servers: { fs: { command: 'npx', args: ['-y', 'srv', '/a b'], env: { KEY: 'v' } } } })).toMatchObject({
      ok: true,
      servers: [{ transport: 'stdio', command: 'npx', args: '-y\nsrv\n/a b', env: [{ name: 'KEY', value: 'v' }] }],
    });
    expect(read({ mcpServers: { old: { type: 'sse', url: 'https://o.example/sse' } } })).toMatchObject({
      ok: true,
      servers: [{ transport: 'sse' }],
    });
    expect(read({ mcpServers: { w: { serverUrl: 'https://w.example/mcp' } } })).toMatchObject({
      ok: true,
      servers: [{ transport: 'http', url: 'https://w.example/mcp' }],
    });
  });

  it('says what is wrong with a configuration', () => {
    for (const text of ['{', '[]', '"x"', '{"mcpServers":{"a":{}}}'])
      expect(importMcpJson(text, slugOf), text).toMatchObject({ ok: false });
  });

  it('sends only what the transport uses, in the shape the API takes', () => {
    const stdio = {
      ...EMPTY_DRAFT,
      transport: 'stdio' as const,
      command: ' npx ',
      args: '-y\n\n two words \n',
      url: 'left over',
      env: [
        { name: ' A ', value: '1' },
        { name: '', value: 'x' },
      ],
    };
    expect(connectionOf(stdio)).toEqual({ transport: 'stdio', command: 'npx', args: ['-y', 'two words'], env: { A: '1' }, bridge: false });
    const http = { ...EMPTY_DRAFT, url: 'https://b.example/mcp', bearer: 't' };
    for (const draft of [stdio, http])
      expect(createServer.body?.safeParse({ slug: 'x', name: 'X', ...connectionOf(draft) }).success).toBe(true);
    expect(argumentLines('')).toEqual([]);
  });

  it('makes slugs that the API accepts', () => {
    expect([slugOf('Billing API (prod)'), slugOf('Über Straße'), slugOf('--')]).toEqual(['billing-api-prod', 'u-ber-stra-e', '']);
  });
});

describe('policies and agents', () => {
  it('offers every template to start from, and observed traffic', () => {
    expect(START_POINTS.map((point) => point.id)).toEqual([...TEMPLATES.map((template) => template.id), 'observed']);
  });

  it('offers required arguments only, typed', () => {
    expect(
      exampleArguments({
        type: 'object',
        required: ['a', 'n', 'e', 'o'],
        properties: {
          a: { type: 'string' },
          n: { type: 'integer', minimum: 3 },
          e: { enum: ['x', 'y'] },
          o: { type: 'object', required: ['l'], properties: { l: { type: 'array' } } },
          skip: { type: 'string' },
        },
      }),
    ).toEqual({ a: '', n: 3, e: 'x', o: { l: [] } });
    expect(exampleArguments(null)).toEqual({});
  });

  it('reads labels, and refuses what has no value', () => {
    expect(parseLabels('team=pay, tier=1')).toEqual({ team: 'pay', tier: '1' });
    expect([parseLabels('team'), parseLabels('=x'), parseLabels('')]).toEqual([null, null, {}]);
  });
});
