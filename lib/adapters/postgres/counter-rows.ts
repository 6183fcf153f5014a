import { historyBucket } from '@/lib/domain/counters/counter-history';
import { readRaise } from '@/lib/domain/counters/counter-raise';
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

type LockedCounter = [
  key: string,
  used: number,
  startMs: number,
  endMs: number,
  log: [number, number][] | null,
  max: number,
  raise: unknown,
];

/** Reads what `LOCK_COUNTERS` returned. */
export function readCounters(
  text: string | null,
  wanted: ReadonlyMap<string, { charge: Charge; policyId: string }>,
): Map<string, CounterState> {
  const counters = new Map<string, CounterState>();
  if (text === null) return counters;
  for (const [key, used, startMs, endMs, log, max, raise] of JSON.parse(text) as LockedCounter[]) {
    const policyId = wanted.get(key)?.policyId ?? '';
    const span = { windowStartMs: startMs, windowEndMs: endMs };
    counters.set(key, { key, used, ...span, log, latest: null, policyId, max, raise: readRaise(raise), closed: null });
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

/** The windows that ended in this batch, for `CLOSE_WINDOWS`; null when there is none, which is nearly always. */
export function closedWindowRows(counters: ReadonlyMap<string, CounterState>): string | null {
  let rows: unknown[] | null = null;
  for (const { key, closed } of counters.values()) {
    if (closed === null) continue;
    rows ??= [];
    const bucket = historyBucket(closed.startMs, closed.endMs);
    rows.push({ key, start_ms: bucket.startMs, end_ms: bucket.endMs, peak: closed.used, max: closed.max });
  }
  return rows === null ? null : JSON.stringify(rows);
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
