/** A stretch of numbers; an end that is not `closed` does not belong to it. Infinite ends are never closed. */
export interface Interval {
  readonly from: number;
  readonly fromClosed: boolean;
  readonly to: number;
  readonly toClosed: boolean;
}

/** Stretches in ascending order that do not touch. */
export type Intervals = readonly Interval[];

export const EVERYTHING: Intervals = [{ from: -Infinity, fromClosed: false, to: Infinity, toClosed: false }];

export function below(bound: number, closed: boolean): Intervals {
  return [{ from: -Infinity, fromClosed: false, to: bound, toClosed: closed }];
}

export function above(bound: number, closed: boolean): Intervals {
  return [{ from: bound, fromClosed: closed, to: Infinity, toClosed: false }];
}

export function point(value: number): Interval {
  return { from: value, fromClosed: true, to: value, toClosed: true };
}

/** Everything but these points. */
export function without(points: Iterable<number>): Intervals {
  const sorted = [...new Set(points)].sort((a, b) => a - b);
  const ends = [-Infinity, ...sorted, Infinity];
  return ends.slice(1).map((to, i) => ({ from: ends[i] ?? -Infinity, fromClosed: false, to, toClosed: false }));
}

export function holdsNumber(intervals: Intervals, value: number): boolean {
  return intervals.some((one) => isInside(point(value), one));
}

/** Whether every number of the first is in the second. */
export function isWithin(inner: Intervals, outer: Intervals): boolean {
  return inner.every((one) => outer.some((other) => isInside(one, other)));
}

/** Whether no number is in both. */
export function areApart(a: Intervals, b: Intervals): boolean {
  return a.every((one) => b.every((other) => isBefore(one, other) || isBefore(other, one)));
}

function isInside(one: Interval, other: Interval): boolean {
  const from = one.from > other.from || (one.from === other.from && (other.fromClosed || !one.fromClosed));
  const to = one.to < other.to || (one.to === other.to && (other.toClosed || !one.toClosed));
  return from && to;
}

function isBefore(one: Interval, other: Interval): boolean {
  return one.to < other.from || (one.to === other.from && !(one.toClosed && other.fromClosed));
}
