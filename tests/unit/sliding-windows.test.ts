import { expect, it } from 'vitest';
import { addAmounts, type CounterState, refund, SLIDING_ENTRIES_MAX } from '@/lib/domain/counters/counter-state';
import { decideAdmission } from '@/lib/domain/counters/decide-admission';
import { limitOf } from '../fixtures/ledger/ledger-fixture';
import { Seeded } from './policy/generate-policy';

interface Kept {
  readonly at: number;
  readonly amount: number;
}

/** The most that lies in any half-open interval of the length. */
function mostInAnyInterval(kept: readonly Kept[], lengthMs: number): number {
  const sorted = [...kept].sort((a, b) => a.at - b.at);
  let most = 0;
  let from = 0;
  let sum = 0;
  for (const entry of sorted) {
    sum = addAmounts(sum, entry.amount);
    for (let first = sorted[from]; first !== undefined && first.at <= entry.at - lengthMs; first = sorted[from]) {
      sum = addAmounts(sum, -first.amount);
      from += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** Calls at random times with random amounts, some of them given back later; gives what stayed charged. */
function play(seed: number): { kept: Kept[]; lengthMs: number; max: number; entries: number } {
  const r = new Seeded(seed);
  const lengthMs = r.pick([1000, 7000, 60_000, 3_600_000]);
  // Many small charges in a wide limit make the log long enough to be thinned.
  const dense = r.chance(0.2) && lengthMs > 10_000;
  const max = dense ? 2000 : r.pick([1, 3, 10, 100]);
  const state: CounterState = {
    key: 'k',
    used: 0,
    windowStartMs: 0,
    windowEndMs: 0,
    log: null,
    latest: null,
    max: 0,
    raise: null,
    closed: null,
    policyId: 'pol',
  };
  const open: { at: number; amount: number; windowStartMs: number }[] = [];
  const kept = new Set<Kept>();
  let now = 1_700_000_000_000;
  let entries = 0;
  for (let i = 0; i < (dense ? 4000 : 800); i += 1) {
    now += r.chance(dense ? 0.0005 : 0.02) ? r.below(lengthMs * 2) : r.below(Math.max(2, Math.ceil(lengthMs / (dense ? 1200 : 20))));
    const amount = dense ? r.pick([1, 1, 0.5]) : r.pick([1, 1, 1, 2, 0, 0.1, 0.25, max / 2]);
    const limit = limitOf(max, { align: 'sliding', window: { lengthMs }, amount });
    const verdict = decideAdmission([limit], ['k'], new Map([['k', state]]), now);
    if (verdict.admitted) {
      const one = { at: now, amount, windowStartMs: verdict.taken[0]?.windowStartMs ?? 0 };
      kept.add(one);
      open.push(one);
    }
    entries = Math.max(entries, state.log?.length ?? 0);
    // A server that fails gives its amount back, sometimes long after.
    while (open.length > 0 && r.chance(0.3)) {
      const [one] = open.splice(r.below(open.length), 1);
      if (one === undefined || r.chance(0.6)) continue;
      const charge = limitOf(max, { align: 'sliding', window: { lengthMs }, amount: one.amount });
      refund(state, charge, one.windowStartMs, one.at);
      kept.delete(one);
    }
  }
  return { kept: [...kept], lengthMs, max, entries };
}

it('a sliding limit lets never more than its maximum stay charged in any interval of its length, whatever the amounts and refunds', () => {
  let thinned = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const { kept, lengthMs, max, entries } = play(seed);
    const most = mostInAnyInterval(kept, lengthMs);
    expect(most <= max, `seed ${seed}: ${most} of ${max} in ${lengthMs} ms`).toBe(true);
    if (entries >= SLIDING_ENTRIES_MAX - 1) thinned += 1;
  }
  expect(thinned, 'runs whose log was thinned').toBeGreaterThan(5);
});
