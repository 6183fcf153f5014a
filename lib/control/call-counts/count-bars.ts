import { BAR_MS, barBounds, type TimeBar } from '@/lib/domain/time-bars';
import type { Parameter } from '../audit/audit-filter';
import { COUNT_TABLES } from './profile';

/** The bars of a chart, as statements cut time into them. */
export interface CountBars {
  /** Divides the beginning of every bar but the first: buckets up to this length lie in one bar each. */
  readonly unitMs: number;
  /** Where bars begin, when they are not simply the multiples of `unitMs`. */
  readonly boundsMs: readonly number[] | null;
}

/** Bars by the clock of a zone. Shorter than an hour they begin at the same moments everywhere. */
export function countBars(fromMs: number, toMs: number, bar: TimeBar, zone: string): CountBars {
  if (zone === 'UTC' || BAR_MS[bar] < BAR_MS.hour) return { unitMs: BAR_MS[bar], boundsMs: null };
  const boundsMs = barBounds(fromMs, toMs, bar, zone);
  const inner = boundsMs.slice(1);
  const [finest, ...coarser] = COUNT_TABLES.map(({ ms }) => ms);
  const fits = coarser.reverse().find((ms) => inner.every((bound) => bound % ms === 0));
  return { unitMs: fits ?? finest ?? BAR_MS['5m'], boundsMs };
}

/** SQL for the beginning of the bar that a time lies in; null without bars. */
export function slotOf(bars: CountBars | undefined, parameter: Parameter): (at: string) => string {
  if (!bars) return () => 'NULL::timestamptz';
  const { unitMs, boundsMs } = bars;
  if (boundsMs === null) return (at) => `date_bin('${unitMs} milliseconds', ${at}, 'epoch')`;
  const bounds = `${parameter(boundsMs.map((bound) => new Date(bound)))}::timestamptz[]`;
  return (at) => `(${bounds})[greatest(width_bucket(${at}, ${bounds}), 1)]`;
}
