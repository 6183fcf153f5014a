import { describe, expect, it } from 'vitest';
import { historyBuckets } from '@/components/limits/history-buckets';
import type { LimitDetail } from '@/components/shared/api/wire';
import { forecastWords, leftWords, utcWords } from '@/components/shared/limits/limit-words';
import { historyBucket } from '@/lib/domain/counters/counter-history';
import { raiseFor } from '@/lib/domain/counters/counter-raise';
import type { CounterState } from '@/lib/domain/counters/counter-state';
import { decideAdmission } from '@/lib/domain/counters/decide-admission';
import { forecast } from '@/lib/domain/counters/forecast';
import { withRaises } from '@/lib/domain/counters/raise-words';
import { limitOf } from '../fixtures/ledger/ledger-fixture';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-26T12:30:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('a raise', () => {
  const raise = { id: 'rse_1', rule: '/tools/create_charge/limits/0', from: 30, to: 60, until: NOW, by: 'Ana' };

  it('holds for its rule with its maximum, and not for an instant longer than told', () => {
    const charge = limitOf(30);
    expect(raiseFor(raise, charge, NOW - 1)).toBe(raise);
    expect(raiseFor(raise, charge, NOW)).toBeNull();
    expect(raiseFor(raise, limitOf(31), NOW - 1)).toBeNull();
    expect(raiseFor(raise, limitOf(30, { rule: '/all_tools/limits/0' }), NOW - 1)).toBeNull();
    expect(raiseFor(null, charge, NOW - 1)).toBeNull();
  });

  it('is one call exact at its edges, for amounts as for calls', () => {
    const state: CounterState = {
      key: 'k',
      used: 0,
      windowStartMs: 0,
      windowEndMs: 0,
      log: null,
      latest: null,
      policyId: 'p',
      max: 30,
      raise,
      closed: null,
    };
    const admit = (amount: number, at: number) => decideAdmission([limitOf(30, { amount })], ['k'], new Map([['k', state]]), at).admitted;
    expect(admit(59.5, NOW - 10)).toBe(true);
    expect(admit(0.6, NOW - 9)).toBe(false);
    expect(admit(0.5, NOW - 8)).toBe(true);
    expect(admit(0.000001, NOW - 7)).toBe(false);
    expect(admit(0, NOW)).toBe(false);
  });

  it('is told in traces, at the limit that it is about', () => {
    const trace = [
      { stage: 'limit', rule: '/a', note: 'calls: at most 30 per day' },
      { stage: 'require', rule: '/a' },
    ];
    expect(withRaises(trace, (rule) => (rule === '/a' ? { to: 60, until: NOW, by: 'Ana' } : undefined))).toEqual([
      { stage: 'limit', rule: '/a', note: 'calls: at most 30 per day; raised to 60 until 26 Nov, 12:30 UTC by Ana' },
      { stage: 'require', rule: '/a' },
    ]);
  });
});

describe('a forecast', () => {
  const facts = { used: 10, max: 30, pace: 1 / MINUTE, nowMs: NOW, resetsAtMs: NOW + HOUR, leaves: null };

  it('says when a window is used up, and when it ends before that', () => {
    expect(forecast(facts)).toEqual({ kind: 'full_at', atMs: NOW + 20 * MINUTE });
    expect(forecast({ ...facts, resetsAtMs: NOW + 20 * MINUTE })).toEqual({ kind: 'holds' });
    expect(forecast({ ...facts, pace: 0 })).toEqual({ kind: 'idle' });
    expect(forecast({ ...facts, used: 31 })).toEqual({ kind: 'full' });
  });

  it('counts what slides out in the meantime', () => {
    const leaves = [[NOW + 5 * MINUTE, 10]] as const;
    expect(forecast({ ...facts, leaves })).toEqual({ kind: 'full_at', atMs: NOW + 30 * MINUTE });
    expect(forecast({ ...facts, used: 28, leaves })).toEqual({ kind: 'full_at', atMs: NOW + 2 * MINUTE });
    expect(forecast({ ...facts, resetsAtMs: NOW + 25 * MINUTE, leaves })).toEqual({ kind: 'holds' });
  });
});

describe('words', () => {
  it('count down and name both clocks', () => {
    expect([14_400, 59 * MINUTE + 2_000, 3 * HOUR + 12 * MINUTE, 4 * DAY + 6 * HOUR, -5].map(leftWords)).toEqual([
      '0:14',
      '59:02',
      '3 h 12 min',
      '4 d 6 h',
      '0:00',
    ]);
    expect(utcWords('2026-11-26T13:00:00.000Z', NOW, 'UTC')).toBe('13:00 UTC');
    expect(utcWords('2026-12-01T00:00:00.000Z', NOW, 'Europe/Berlin')).toBe('1 Dec, 00:00 UTC (1 Dec, 01:00 UTC+1)');
  });

  it('tell the forecast with the pace it is from', () => {
    const row = (kind: 'full_at' | 'holds', at: string | null) =>
      ({ align: 'calendar', forecast: { kind, at, paceMinutes: 5 } }) as unknown as LimitDetail;
    expect(forecastWords(row('full_at', iso(NOW + 3 * MINUTE)), NOW).long).toBe('At the pace of the last 5 minutes full in about 3 min.');
    expect(forecastWords(row('holds', null), NOW).short).toBe('not before the reset');
  });
});

describe('the history', () => {
  it('keeps a long window by itself and puts short ones into their hour', () => {
    expect(historyBucket(NOW, NOW + HOUR)).toEqual({ startMs: NOW, endMs: NOW + HOUR });
    expect(historyBucket(NOW, NOW + MINUTE)).toEqual({ startMs: NOW - 30 * MINUTE, endMs: NOW + 30 * MINUTE });
  });

  const limit = (change: Partial<LimitDetail>): LimitDetail =>
    ({
      window: 'minute',
      align: 'calendar',
      windowStart: iso(NOW),
      resetsAt: iso(NOW + MINUTE),
      now: iso(NOW + 1_000),
      used: 7,
      ruleMax: 30,
      history: [{ from: iso(NOW - 150 * MINUTE), to: iso(NOW - 90 * MINUTE), peak: 22, max: 25 }],
      marks: [{ at: iso(NOW - 80 * MINUTE), kind: 'raised', by: 'Ana', words: 'Raised' }],
      raises: [{ from: 30, to: 60, at: iso(NOW - 80 * MINUTE), until: iso(NOW - 20 * MINUTE), endedAt: null }],
      ...change,
    }) as unknown as LimitDetail;

  it('is drawn in columns of an hour, with the limit of each and what changed it', () => {
    const buckets = historyBuckets(limit({}), '7d');
    expect(buckets).toHaveLength(168);
    const at = buckets.findIndex(({ peak }) => peak === 22);
    expect(buckets[at]).toMatchObject({ limit: 25, fromMs: NOW - 150 * MINUTE });
    expect(buckets.at(-1)).toMatchObject({ running: true, peak: 7 });
    expect(buckets.filter(({ raised }) => raised).map(({ limit: most }) => most)).toEqual([60, 60]);
    expect(buckets.filter(({ marks }) => marks.length > 0)).toHaveLength(1);
  });

  it('follows the windows where they are longer than an hour, a window that was set back included', () => {
    const start = Date.UTC(2026, 10, 26);
    const day = limit({
      window: 'day',
      windowStart: iso(NOW - HOUR),
      resetsAt: iso(start + DAY),
      history: [
        { from: iso(start - DAY), to: iso(start), peak: 12, max: 30 },
        { from: iso(start), to: iso(NOW - HOUR), peak: 30, max: 30 },
      ],
      raises: [],
      marks: [],
    });
    const buckets = historyBuckets(day, '90d');
    expect(buckets.slice(-2).map(({ fromMs, peak }) => [fromMs, peak])).toEqual([
      [start - DAY, 12],
      [start, 30],
    ]);
    expect(historyBuckets({ ...day, window: 'month', resetsAt: iso(Date.UTC(2026, 11, 1)) }, '7d').map(({ fromMs }) => fromMs)).toEqual(
      [7, 8, 9, 10].map((month) => Date.UTC(2026, month, 1)),
    );
  });
});
