import { describe, expect, it } from 'vitest';
import { counterKey } from '@/lib/adapters/postgres/counter-key';
import { addAmounts, type CounterState, refund, rollCounter, SLIDING_ENTRIES_MAX, take } from '@/lib/domain/counters/counter-state';
import { slidingLengthMs, windowAt } from '@/lib/domain/counters/counter-window';
import { decideAdmission } from '@/lib/domain/counters/decide-admission';
import type { Charge } from '@/lib/domain/decision';
import { limitOf } from '../fixtures/ledger/ledger-fixture';

const at = (iso: string) => Date.parse(iso);
const span = (window: Charge['window'], iso: string) => {
  const { startMs, endMs } = windowAt(window, at(iso));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

function counter(key = 'k'): CounterState {
  return {
    key,
    used: 0,
    windowStartMs: 0,
    windowEndMs: 0,
    log: null,
    latest: null,
    policyId: 'pol_one',
    max: 0,
    raise: null,
    closed: null,
  };
}

function admitAt(state: CounterState, charge: Charge, nowMs: number): boolean {
  return decideAdmission([charge], [state.key], new Map([[state.key, state]]), nowMs).admitted;
}

describe('windows', () => {
  it.each([
    [{ unit: 'second' }, '2026-11-20T17:12:47.999Z', '2026-11-20T17:12:47.000Z', '2026-11-20T17:12:48.000Z'],
    [{ unit: 'minute' }, '2026-11-20T17:12:59.999Z', '2026-11-20T17:12:00.000Z', '2026-11-20T17:13:00.000Z'],
    [{ unit: 'minute' }, '2026-11-20T17:13:00.000Z', '2026-11-20T17:13:00.000Z', '2026-11-20T17:14:00.000Z'],
    [{ unit: 'hour' }, '2026-12-31T23:59:59.999Z', '2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    [{ unit: 'day' }, '2028-02-29T12:00:00.000Z', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    [{ unit: 'week' }, '2026-11-22T23:59:59.999Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [{ unit: 'week' }, '2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    [{ unit: 'month' }, '2028-02-29T23:59:59.999Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    [{ unit: 'month' }, '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    [{ lengthMs: 90_000 }, '1970-01-01T00:03:00.000Z', '1970-01-01T00:03:00.000Z', '1970-01-01T00:04:30.000Z'],
  ] as const)('%j at %s', (window, iso, start, end) => {
    expect(span(window, iso)).toEqual([start, end]);
  });

  it('looks back the longest month when a monthly limit slides', () => {
    expect(slidingLengthMs({ unit: 'month' })).toBe(31 * 86_400_000);
  });
});

describe('calendar counters', () => {
  const limit = limitOf(2, { window: { unit: 'minute' } });

  it('takes the maximum in each window and not one more, to the millisecond', () => {
    const state = counter();
    const results = ['17:00:59.998', '17:00:59.999', '17:00:59.999', '17:01:00.000', '17:01:00.000', '17:01:00.001'].map((time) =>
      admitAt(state, limit, at(`2026-11-20T${time}Z`)),
    );
    expect(results).toEqual([true, true, false, true, true, false]);
  });

  it('reopens no window when the clock goes backwards', () => {
    const state = counter();
    expect(admitAt(state, limit, at('2026-11-20T17:10:00Z'))).toBe(true);
    expect(admitAt(state, limit, at('2026-11-20T17:10:01Z'))).toBe(true);
    expect(admitAt(state, limit, at('2026-11-20T17:00:30Z'))).toBe(false);
    expect(admitAt(state, limit, at('2026-11-20T17:10:59.999Z'))).toBe(false);
    expect(admitAt(state, limit, at('2026-11-20T17:11:00Z'))).toBe(true);
  });

  it('gives back within the window only, and never below zero', () => {
    const state = counter();
    const now = at('2026-11-20T17:00:10Z');
    admitAt(state, limit, now);
    expect(refund(state, limit, state.windowStartMs - 60_000, now)).toBe(false);
    expect(state.used).toBe(1);
    expect(refund(state, limit, state.windowStartMs, now)).toBe(true);
    expect(refund(state, limit, state.windowStartMs, now)).toBe(true);
    expect(state.used).toBe(0);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses the amount %s', (amount) => {
    expect(admitAt(counter(), limitOf(10, { amount }), at('2026-11-20T17:00:00Z'))).toBe(false);
  });

  it('adds decimals without binary dust and counts tiny amounts as something', () => {
    expect(addAmounts(0.1, 0.2)).toBe(0.3);
    expect(addAmounts(0, 1e-9)).toBe(1e-6);
    expect(addAmounts(2 ** 53 - 2, 1)).toBe(2 ** 53 - 1);
    const state = counter();
    const results = Array.from({ length: 11 }, () => admitAt(state, limitOf(1, { amount: 0.1 }), at('2026-11-20T17:00:00Z')));
    expect(results.filter(Boolean)).toHaveLength(10);
  });
});

describe('sliding counters', () => {
  it('lets never more than the maximum through in any interval of its length', () => {
    const limit = limitOf(20, { align: 'sliding', window: { lengthMs: 1000 } });
    const state = counter();
    const admitted: number[] = [];
    let now = 1_000_000;
    let random = 12345;
    for (let i = 0; i < 5000; i++) {
      random = (random * 1103515245 + 12345) % 2147483648;
      now += random % 40;
      if (admitAt(state, limit, now)) admitted.push(now);
    }
    for (const start of admitted) expect(admitted.filter((time) => time >= start && time < start + 1000).length).toBeLessThanOrEqual(20);
    expect(admitted.length).toBeGreaterThan(1000);
  });

  it('keeps its promise and a bounded log when there are more entries than it holds', () => {
    const limit = limitOf(3000, { align: 'sliding', window: { lengthMs: 60_000 } });
    const state = counter();
    const admitted: number[] = [];
    for (let now = 0; now < 200_000; now += 7) if (admitAt(state, limit, now + 1_000_000)) admitted.push(now + 1_000_000);
    let from = 0;
    for (let i = 0; i < admitted.length; i++) {
      while ((admitted[from] as number) <= (admitted[i] as number) - 60_000) from++;
      expect(i - from + 1).toBeLessThanOrEqual(3000);
    }
    expect(state.log?.length).toBeLessThanOrEqual(SLIDING_ENTRIES_MAX + 1);
    expect(admitted.length).toBeGreaterThan(3000 * 3 * 0.95);
  });

  it('says when the next call fits, and it does fit then and not before', () => {
    const limit = limitOf(2, { align: 'sliding', window: { unit: 'minute' } });
    const state = counter();
    admitAt(state, limit, 100_000);
    admitAt(state, limit, 110_000);
    const verdict = decideAdmission([limit], ['k'], new Map([['k', state]]), 120_000);
    expect(verdict).toMatchObject({ admitted: false, exhausted: { used: 2, max: 2, resetsAtMs: 160_000 } });
    expect(admitAt(state, limit, 159_999)).toBe(false);
    expect(admitAt(state, limit, 160_000)).toBe(true);
  });

  it('gives back at the time of the charge', () => {
    const limit = limitOf(1, { align: 'sliding', window: { unit: 'minute' } });
    const state = counter();
    rollCounter(state, limit, 5000);
    take(state, limit, 5000);
    expect(refund(state, limit, 0, 5000)).toBe(true);
    expect(state.used).toBe(0);
    expect(admitAt(state, limit, 5001)).toBe(true);
  });
});

describe('all charges or none', () => {
  it('leaves the counters that would have fitted untouched', () => {
    const wide = { ...counter('wide') };
    const narrow = { ...counter('narrow') };
    const counters = new Map([
      ['wide', wide],
      ['narrow', narrow],
    ]);
    const charges = [limitOf(10), limitOf(1, { rule: '/all_tools/limits/0' })];
    const decide = () => decideAdmission(charges, ['wide', 'narrow'], counters, 1_000);
    expect(decide().admitted).toBe(true);
    expect(decide()).toMatchObject({ admitted: false, exhausted: { charge: { rule: '/all_tools/limits/0' }, used: 1, max: 1 } });
    expect([wide.used, narrow.used]).toEqual([1, 1]);
  });

  it('counts one counter twice when a call charges it twice', () => {
    const state = counter();
    const verdict = decideAdmission([limitOf(1), limitOf(1)], ['k', 'k'], new Map([['k', state]]), 1_000);
    expect(verdict.admitted).toBe(false);
    expect(state.used).toBe(0);
  });

  it('counts observed limits beyond their maximum and refuses nothing for them', () => {
    const state = counter();
    const charge = limitOf(1, { enforced: false });
    expect(admitAt(state, charge, 1_000)).toBe(true);
    expect(decideAdmission([charge], ['k'], new Map([['k', state]]), 1_000)).toMatchObject({
      admitted: true,
      observed: { used: 1, max: 1 },
    });
    expect(state.used).toBe(2);
  });

  it('names counters whose value the database could not hold by a digest, each its own', () => {
    const long = counterKey('pol', limitOf(1, { key: `c|${'x'.repeat(5000)}` }));
    const other = counterKey('pol', limitOf(1, { key: `c|${'x'.repeat(5001)}` }));
    const nul = counterKey('pol', limitOf(1, { key: 'c|\u0000' }));
    const lone = counterKey('pol', limitOf(1, { key: 'c|\ud800' }));
    const replacement = counterKey('pol', limitOf(1, { key: 'c|\ufffd' }));
    expect(new Set([long, other, nul, lone, replacement]).size).toBe(5);
    for (const key of [long, nul, lone]) expect(key.length).toBeLessThan(200);
  });
});
