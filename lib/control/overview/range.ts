import { BAR_MS, TIME_BARS, type TimeBar } from '@/lib/domain/time-bars';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';

export interface OverviewRange {
  readonly from: Date;
  readonly to: Date;
}

/** The asked time, the last 24 hours unless told; 422 when it is none. */
export function overviewRange(ctx: ControlContext, query: { from?: string | undefined; to?: string | undefined }): OverviewRange {
  const to = query.to ? new Date(query.to) : ctx.now;
  const from = query.from ? new Date(query.from) : new Date(to.getTime() - BAR_MS.day);
  if (from < to) return { from, to };
  throw new ControlError(422, 'stats.range', '`from` must be before `to`.', [{ path: 'from', message: 'not before to' }]);
}

/** The shortest bar from `least` on that gives at most `most` bars. */
export function barFor({ from, to }: OverviewRange, most: number, least: TimeBar = 'minute'): TimeBar {
  const span = to.getTime() - from.getTime();
  return TIME_BARS.find((bar) => BAR_MS[bar] >= BAR_MS[least] && span / BAR_MS[bar] <= most) ?? 'day';
}
