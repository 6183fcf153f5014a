import { useRef, useState } from 'react';

/** A stretch of bars that is being chosen by dragging; both ends are beginnings of bars, in either order. */
export interface BarRange {
  readonly fromMs: number;
  readonly toMs: number;
}

interface ChartState {
  readonly activeLabel?: string | number | undefined;
}

/** Drag over bars to choose a time range; a click chooses one bar. `endOf` is where the bar that begins at a time ends. */
export function useBarRange(endOf: (fromMs: number) => number, onZoom: ((fromMs: number, toMs: number) => void) | undefined) {
  const [range, setRange] = useState<BarRange | null>(null);
  const start = useRef<number | null>(null);
  const at = (state: ChartState): number | null => (state.activeLabel === undefined ? null : Number(state.activeLabel));
  if (!onZoom) return { range: null, handlers: {} };
  return {
    range,
    handlers: {
      onMouseDown: (state: ChartState) => {
        start.current = at(state);
      },
      onMouseMove: (state: ChartState) => {
        const now = at(state);
        if (start.current !== null && now !== null) setRange({ fromMs: start.current, toMs: now });
      },
      onMouseUp: (state: ChartState) => {
        const end = at(state) ?? range?.toMs ?? null;
        if (start.current !== null && end !== null) onZoom(Math.min(start.current, end), endOf(Math.max(start.current, end)));
        start.current = null;
        setRange(null);
      },
      onMouseLeave: () => {
        start.current = null;
        setRange(null);
      },
    },
  };
}
