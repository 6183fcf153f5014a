'use client';

import { ZoomIn } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Popover } from '@/components/ui/popover';
import { Select } from '@/components/ui/select';
import { absoluteTime } from '../format';
import type { Bucket } from './series';

interface ZoomMenuProps {
  buckets: readonly Bucket[];
  stepMs: number;
  timeZone: string | undefined;
  zone: string;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** The same as dragging over bars, for keys and for fingers: from this bar to that one, and one step out or aside. */
export function ZoomMenu({ buckets, stepMs, timeZone, zone, onZoom }: ZoomMenuProps) {
  const [open, setOpen] = useState(false);
  const first = buckets[0]?.at ?? 0;
  const last = buckets.at(-1)?.at ?? first;
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const span = last + stepMs - first;
  const go = (fromMs: number, toMs: number) => {
    setOpen(false);
    onZoom(fromMs, Math.min(toMs, Date.now() + stepMs));
  };
  const options = buckets.map(({ at }) => ({ value: String(at), label: absoluteTime(at, timeZone, 'minutes') }));
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
          <Button
            size="sm"
            variant="quiet"
            disabledReason={last + stepMs >= Date.now() ? 'This is now' : null}
            onClick={() => go(last + stepMs, last + stepMs + span)}
          >
            Later
          </Button>
          <Button size="sm" variant="quiet" onClick={() => go(first - span, last + stepMs + span)}>
            Zoom out
          </Button>
        </div>
        <Field label={`From, ${zone}`}>
          <Select value={String(from)} onChange={(value) => setFrom(Number(value))} options={options} />
        </Field>
        <Field label="To the end of">
          <Select value={String(to)} onChange={(value) => setTo(Number(value))} options={options} />
        </Field>
        <Button
          size="sm"
          variant="primary"
          disabledReason={from > to ? 'The end is before the beginning' : null}
          onClick={() => go(from, to + stepMs)}
        >
          Zoom in
        </Button>
      </div>
    </Popover>
  );
}
