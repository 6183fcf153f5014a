'use client';

import { Clock } from 'lucide-react';
import { useState } from 'react';
import { TimeField } from '@/components/shared/time-field';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/popover';

/** Starts the list at a moment and goes back from there; filters and range stay. */
export function JumpToTime({ at, onJump }: { at: string | null; onJump: (at: string | null) => void }) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setWanted(at);
      }}
      align="end"
      label="Jump to time"
      trigger={
        <Button size="sm" variant={at ? 'outline' : 'quiet'} aria-pressed={at !== null}>
          <Clock aria-hidden className="size-3.5" />
          Jump to time
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wanted) return;
          setOpen(false);
          onJump(wanted);
        }}
      >
        <TimeField label="Calls before" value={wanted} onChange={setWanted} hint="The list starts there and goes back. Filters stay." />
        <div className="flex gap-2">
          <Button type="submit" size="sm" variant="primary" disabledReason={wanted ? null : 'Choose a time'}>
            Jump
          </Button>
          {at ? (
            <Button
              size="sm"
              variant="quiet"
              onClick={() => {
                setOpen(false);
                onJump(null);
              }}
            >
              Back to newest
            </Button>
          ) : null}
        </div>
      </form>
    </Popover>
  );
}
