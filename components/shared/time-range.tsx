'use client';

import { CalendarClock } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/popover';
import { absoluteTime } from './format';
import { TimeField } from './time-field';
import { useTimeZone } from './time-zone';

const MINUTE_MS = 60_000;
export const RANGES = [
  { value: '15m', label: 'Last 15 minutes', ms: 15 * MINUTE_MS },
  { value: '1h', label: 'Last hour', ms: 60 * MINUTE_MS },
  { value: '24h', label: 'Last 24 hours', ms: 1440 * MINUTE_MS },
  { value: '7d', label: 'Last 7 days', ms: 7 * 1440 * MINUTE_MS },
  { value: '30d', label: 'Last 30 days', ms: 30 * 1440 * MINUTE_MS },
] as const;

export interface RangeState {
  range: string | null;
  from: string | null;
  to: string | null;
}

/** The API's `from` and `to`. Relative ranges are computed when asked, absolute ones win; an unknown name is the default. */
export function rangeBounds(state: RangeState, nowMs: number, fallback = '24h'): { from: string | null; to: string | null } {
  if (state.from || state.to) return { from: state.from, to: state.to };
  const found = RANGES.find((one) => one.value === state.range) ?? RANGES.find((one) => one.value === fallback);
  return { from: found ? new Date(Math.floor((nowMs - found.ms) / 1000) * 1000).toISOString() : null, to: null };
}

interface TimeRangeProps {
  state: RangeState;
  onChange: (patch: RangeState) => void;
  /** What holds when nothing was chosen; `all` is no bound at all. */
  fallback?: string;
}

export function TimeRange({ state, onChange, fallback = '24h' }: TimeRangeProps) {
  const { timeZone } = useTimeZone();
  const [open, setOpen] = useState(false);
  const absolute = Boolean(state.from || state.to);
  const words = absolute
    ? `${state.from ? absoluteTime(Date.parse(state.from), timeZone, 'minutes') : 'begin'} to ${state.to ? absoluteTime(Date.parse(state.to), timeZone, 'minutes') : 'now'}`
    : (RANGES.find((one) => one.value === (state.range ?? fallback))?.label ?? (fallback === 'all' ? 'All time' : 'Last 24 hours'));
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      label="Time range"
      trigger={
        <Button size="sm" variant="outline">
          <CalendarClock aria-hidden className="size-3.5" />
          <span className="max-w-72 truncate">{words}</span>
        </Button>
      }
    >
      <div className="flex flex-col gap-1">
        {fallback === 'all' ? (
          <Button
            size="sm"
            variant="ghost"
            className="justify-start"
            aria-pressed={!absolute && state.range === null}
            onClick={() => {
              onChange({ range: null, from: null, to: null });
              setOpen(false);
            }}
          >
            All time
          </Button>
        ) : null}
        {RANGES.map((one) => (
          <Button
            key={one.value}
            size="sm"
            variant="ghost"
            className="justify-start"
            aria-pressed={!absolute && (state.range ?? fallback) === one.value}
            onClick={() => {
              onChange({ range: one.value === fallback ? null : one.value, from: null, to: null });
              setOpen(false);
            }}
          >
            {one.label}
          </Button>
        ))}
        <CustomRange
          state={state}
          onChange={(patch) => {
            onChange(patch);
            setOpen(false);
          }}
        />
      </div>
    </Popover>
  );
}

function CustomRange({ state, onChange }: { state: RangeState; onChange: (patch: RangeState) => void }) {
  const [from, setFrom] = useState(state.from);
  const [to, setTo] = useState(state.to);
  const wrong = from && to && Date.parse(from) >= Date.parse(to) ? 'The end has to be after the beginning' : null;
  return (
    <form
      className="mt-1 flex flex-col gap-2 border-line border-t pt-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onChange({ range: null, from, to });
      }}
    >
      <TimeField label="From" value={from} onChange={setFrom} />
      <TimeField label="To" value={to} onChange={setTo} error={wrong} />
      <Button type="submit" size="sm" disabledReason={wrong ?? (from || to ? null : 'Choose a time')}>
        Apply range
      </Button>
    </form>
  );
}
