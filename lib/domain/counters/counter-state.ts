import type { Charge } from '../decision';
import type { CounterRaise } from './counter-raise';
import { slidingLengthMs, windowAt } from './counter-window';

/** What the database holds of a counter while its row is locked. Changed in memory, written back with the batch. */
export interface CounterState {
  readonly key: string;
  used: number;
  windowStartMs: number;
  windowEndMs: number;
  /** Sliding windows only: [epoch milliseconds, amount], oldest first. */
  log: [number, number][] | null;
  /** The latest charge that named this counter; its words go into the row for people to read. */
  latest: Charge | null;
  policyId: string;
  /** The rule's maximum when the row was written last. */
  readonly max: number;
  /** What stands in the row; whether it holds is up to the charge and the clock. */
  readonly raise: CounterRaise | null;
  /** The window that ended when this counter was rolled; null when nothing was used in it, or none ended. */
  closed: ClosedWindow | null;
}

/** A window of the calendar that is over, for the history. */
export interface ClosedWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly used: number;
  readonly max: number;
}

/** What `take` changed, so that a call that does not fit as a whole leaves no trace. */
export interface Undo {
  readonly state: CounterState;
  readonly used: number;
  readonly lastEntry: [number, number] | null;
  readonly entries: number;
}

/** Beyond this many entries a sliding log is thinned. */
export const SLIDING_ENTRIES_MAX = 512;

/**
 * Brings a counter to the instant `nowMs` by the database's clock. A clock that went backwards reopens nothing: the
 * window in the row stays until its own end has passed.
 */
export function rollCounter(state: CounterState, charge: Charge, nowMs: number): void {
  state.latest = charge;
  if (charge.align === 'sliding') {
    slide(state, slidingLengthMs(charge.window), nowMs);
    return;
  }
  state.log = null;
  if (nowMs < state.windowEndMs) return;
  if (state.used > 0) state.closed = { startMs: state.windowStartMs, endMs: state.windowEndMs, used: state.used, max: state.max };
  const span = windowAt(charge.window, nowMs);
  state.windowStartMs = span.startMs;
  state.windowEndMs = span.endMs;
  state.used = 0;
}

/** true when `amount` more stays within `max`. What is not a number of zero or more never fits. */
export function fits(state: CounterState, amount: number, max: number): boolean {
  return amount >= 0 && addAmounts(state.used, amount) <= max;
}

/** Adds an amount to a rolled counter and says how to take it back. */
export function take(state: CounterState, charge: Charge, nowMs: number): Undo {
  const last = state.log?.at(-1) ?? null;
  const undo: Undo = { state, used: state.used, lastEntry: last ? [last[0], last[1]] : null, entries: state.log?.length ?? 0 };
  const amount = Math.max(charge.amount, 0);
  state.used = addAmounts(state.used, amount);
  if (state.log && amount > 0) {
    const at = Math.max(nowMs, last?.[0] ?? 0);
    if (last && last[0] === at && last[1] > 0) last[1] = addAmounts(last[1], amount);
    else state.log.push([at, amount]);
  }
  return undo;
}

/** Takes back what `take` did; undo in reverse order. */
export function giveBack(undo: Undo): void {
  undo.state.used = undo.used;
  if (!undo.state.log) return;
  undo.state.log.length = undo.entries;
  if (undo.lastEntry && undo.entries > 0) undo.state.log[undo.entries - 1] = undo.lastEntry;
}

/**
 * Gives an amount back that was charged in the window starting at `windowStartMs` (sliding: at `chargedAtMs`).
 * Nothing happens when that window has passed; a counter never goes below zero. Returns whether anything changed.
 */
export function refund(state: CounterState, charge: Charge, windowStartMs: number, chargedAtMs: number): boolean {
  if (!(charge.amount > 0)) return false;
  if (charge.align !== 'sliding') {
    if (state.windowStartMs !== windowStartMs) return false;
    state.used = Math.max(0, addAmounts(state.used, -charge.amount));
    return true;
  }
  // What slid out is gone: the next entry would be another call's, and taking from it would let one too many through.
  if (chargedAtMs <= state.windowStartMs) return false;
  // A thinned log keeps amounts at the later time, so the charge lies at its own time or at the next one after it.
  const entry = state.log?.find((each) => each[0] >= chargedAtMs);
  // An entry of nothing marks a reset: what was charged before it is not in the log any more.
  if (!entry || !state.log || entry[1] === 0) return false;
  entry[1] = Math.max(0, addAmounts(entry[1], -charge.amount));
  state.log = state.log.filter((each) => each !== entry || each[1] > 0);
  state.used = sum(state.log);
  return true;
}

/** When `charge` would fit again below `max` if nothing else were charged: the window's end, or the moment enough has slid out. */
export function resetsAtMs(state: CounterState, charge: Charge, nowMs: number, max: number = charge.max): number {
  if (charge.align !== 'sliding') return state.windowEndMs;
  const lengthMs = slidingLengthMs(charge.window);
  let left = state.used;
  for (const [at, amount] of state.log ?? []) {
    left = addAmounts(left, -amount);
    if (addAmounts(left, charge.amount) <= max) return at + lengthMs;
  }
  return nowMs + lengthMs;
}

/** Adds two amounts: whole numbers exactly, decimals to six places and never to less than they are. */
export function addAmounts(a: number, b: number): number {
  if (Number.isInteger(a) && Number.isInteger(b)) return a + b;
  // Rounding an amount up keeps many tiny ones from counting as nothing; the sum is rounded to undo binary fractions.
  const millionths = Math.round(ceilMillionths(a)) + Math.round(ceilMillionths(b));
  return Number.isSafeInteger(millionths) ? millionths / 1e6 : a + b;
}

function ceilMillionths(amount: number): number {
  const scaled = amount * 1e6;
  const nearest = Math.round(scaled);
  return Math.abs(scaled - nearest) < 1e-3 ? nearest : Math.ceil(scaled);
}

function slide(state: CounterState, lengthMs: number, nowMs: number): void {
  const before = state.log ?? [];
  const now = Math.max(nowMs, before.at(-1)?.[0] ?? 0);
  let live = before.filter(([at]) => at > now - lengthMs);
  if (live.length >= SLIDING_ENTRIES_MAX) live = thin(live, lengthMs);
  state.log = live;
  state.used = sum(live);
  state.windowStartMs = Math.max(0, now - lengthMs);
  state.windowEndMs = now + lengthMs;
}

/**
 * Merges neighbours into the later of them. An amount then stays for up to 1/256 of the window longer than it must,
 * never shorter: the promise "never more than `max` in any interval of that length" holds with a bounded log. What marks
 * a reset stays where it is.
 */
function thin(log: [number, number][], lengthMs: number): [number, number][] {
  const span = lengthMs / 256;
  const thinned: [number, number][] = [];
  let firstAt = 0;
  for (const [at, amount] of log) {
    const last = thinned.at(-1);
    if (last && last[1] > 0 && amount > 0 && at - firstAt < span) {
      last[0] = at;
      last[1] = addAmounts(last[1], amount);
    } else {
      thinned.push([at, amount]);
      firstAt = at;
    }
  }
  return thinned;
}

function sum(log: readonly [number, number][]): number {
  let total = 0;
  for (const [, amount] of log) total = addAmounts(total, amount);
  return total;
}
