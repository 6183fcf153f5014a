'use client';

import { ZoomIn } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Popover } from '@/components/ui/popover';
import { Select } from '@/components/ui/select';
import { absoluteTime } from '../format';
import { useTimeZone } from '../time-zone';
import type { Bucket } from './series';

interface ZoomMenuProps {
  buckets: readonly Bucket[];
  onZoom: (fromMs: number, toMs: number) => void;
}

/** The same as dragging over bars, for keys and for fingers: from this bar to that one, and one step out or aside. */
export function ZoomMenu({ buckets, onZoom }: ZoomMenuProps) {
  const { timeZone, zoneName, offsetAt } = useTimeZone();
  const [open, setOpen] = useState(false);
  const first = buckets[0]?.at ?? 0;
  const last = buckets.at(-1)?.at ?? first;
  const end = buckets.at(-1)?.to ?? first;
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const span = end - first;
  const go = (fromMs: number, toMs: number) => {
    setOpen(false);
    onZoom(fromMs, Math.min(toMs, Math.max(end, Date.now())));
  };
  // Where the clock is set back within, two bars have the same words otherwise.
  const changes = offsetAt(first) !== offsetAt(last);
  const options = buckets.map(({ at }) => ({
    value: String(at),
    label: `${absoluteTime(at, timeZone, 'minutes')}${changes ? ` ${offsetAt(at)}` : ''}`,
  }));
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setFrom(first);
        setTo(last);
      }}
      align="end"
      label="Zoom"
      trigger={
        <Button size="sm" variant="ghost">
          <ZoomIn aria-hidden className="size-3.5" />
          Zoom
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap gap-1">
          <Button size="sm" variant="quiet" onClick={() => go(first - span, first)}>
            Earlier
          </Button>
          <Button size="sm" variant="quiet" disabledReason={end >= Date.now() ? 'This is now' : null} onClick={() => go(end, end + span)}>
            Later
          </Button>
          <Button size="sm" variant="quiet" onClick={() => go(first - span, end + span)}>
            Zoom out
          </Button>
        </div>
        <Field label={`From, ${zoneName}`}>
          <Select value={String(from)} onChange={(value) => setFrom(Number(value))} options={options} />
        </Field>
        <Field label="To the end of">
          <Select value={String(to)} onChange={(value) => setTo(Number(value))} options={options} />
        </Field>
        <Button
          size="sm"
          variant="primary"
          disabledReason={from > to ? 'The end is before the beginning' : null}
          onClick={() => go(from, buckets.find(({ at }) => at === to)?.to ?? end)}
        >
          Zoom in
        </Button>
      </div>
    </Popover>
  );
}
