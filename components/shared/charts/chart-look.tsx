import { formatCount } from '../format';

const TEXT = { fontSize: 12, fill: 'var(--ink-3)' };

/** How the axis of time looks in every chart. */
export const TIME_AXIS = { tick: TEXT, tickLine: false, axisLine: { stroke: 'var(--line)' }, minTickGap: 48 } as const;

/** How an axis of counts looks in every chart. */
export const COUNT_AXIS = {
  allowDecimals: false,
  tickFormatter: (value: number) => formatCount(value),
  tick: TEXT,
  tickLine: false,
  axisLine: false,
} as const;

/** The hatch of a bar whose time has not ended, so that its height is not read as a fall. */
export function RunningHatch({ id, colour }: { id: string; colour: string }) {
  return (
    <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width={6} height={6} fill="var(--surface)" />
      <rect width={3} height={6} fill={colour} />
    </pattern>
  );
}
