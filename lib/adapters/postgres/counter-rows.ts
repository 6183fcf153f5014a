import { type CounterState, refund, rollCounter } from '@/lib/domain/counters/counter-state';
import { windowLabel } from '@/lib/domain/counters/counter-window';
import type { Charge } from '@/lib/domain/decision';
import type { PendingCall } from './call-queue';
import { safeText } from './safe-text';
import type { PendingSettlement } from './settle-queue';

/** The counters that a batch touches: identity to one charge that names it. */
export function countersOf(
  calls: readonly PendingCall[],
  settlements: readonly PendingSettlement[],
): Map<string, { charge: Charge; policyId: string }> {
  const wanted = new Map<string, { charge: Charge; policyId: string }>();
  for (const call of calls)
    for (const [index, charge] of call.charges.entries()) wanted.set(call.keys[index] as string, { charge, policyId: call.policyId });
  for (const { refunds } of settlements) for (const each of refunds) if (!wanted.has(each.key)) wanted.set(each.key, each);
  return wanted;
}

/** The rows of counters that do not exist yet, for `CREATE_COUNTERS`. */
export function newCounterRows(wanted: ReadonlyMap<string, { charge: Charge; policyId: string }>, keys: readonly string[]): string {
  const rows = keys.map((key) => {
    const { charge, policyId } = wanted.get(key) as { charge: Charge; policyId: string };
    return { key, policy_id: policyId, ...describe(charge), max: charge.max };
  });
  return JSON.stringify(rows);
}

/** Reads what `LOCK_COUNTERS` returned. */
export function readCounters(
  text: string | null,
  wanted: ReadonlyMap<string, { charge: Charge; policyId: string }>,
): Map<string, CounterState> {
  const counters = new Map<string, CounterState>();
  if (text === null) return counters;
  for (const [key, used, startMs, endMs, log] of JSON.parse(text) as [string, number, number, number, [number, number][] | null][]) {
    const policyId = wanted.get(key)?.policyId ?? '';
    counters.set(key, { key, used, windowStartMs: startMs, windowEndMs: endMs, log, latest: null, policyId });
  }
  return counters;
}

/** Gives back what the settlements refund, before any call of the batch is decided. */
export function applyRefunds(settlements: readonly PendingSettlement[], counters: ReadonlyMap<string, CounterState>, nowMs: number): void {
  for (const { refunds, eventAtMs } of settlements) {
    for (const { charge, key, windowStartMs } of refunds) {
      const state = counters.get(key);
      if (!state) continue;
      const latest = state.latest;
      if (charge.align === 'sliding') rollCounter(state, charge, nowMs);
      state.latest = latest;
      if (refund(state, charge, windowStartMs, eventAtMs)) state.latest ??= charge;
    }
  }
}

/** The rows that changed, for `WRITE_BATCH`. */
export function changedCounterRows(counters: ReadonlyMap<string, CounterState>): { text: string; count: number } {
  const rows: unknown[] = [];
  for (const state of counters.values()) {
    if (state.latest === null) continue;
    const sliding = state.latest.align === 'sliding';
    rows.push({
      key: state.key,
      ...describe(state.latest),
      start_ms: state.windowStartMs,
      end_ms: state.windowEndMs,
      used: Math.max(0, state.used),
      max: state.latest.max,
      log: sliding ? (state.log ?? []) : null,
    });
  }
  return { text: JSON.stringify(rows), count: rows.length };
}

function describe(charge: Charge): { counter: string; scope: string; scope_key: string; rule: string; window: string } {
  return {
    counter: safeText(charge.counter, 300),
    scope: safeText(charge.scope, 300),
    scope_key: safeText(charge.scopeKey, 300),
    rule: safeText(charge.rule, 2000),
    window: windowLabel(charge.window),
  };
}
