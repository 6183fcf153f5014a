'use client';

import { OctagonAlert } from 'lucide-react';
import { plural } from '@/components/shared/format';
import { Button } from '@/components/ui/button';
import type { Problem } from '@/lib/policy/problem';
import type { PolicyBuffer } from './policy-buffer';

/** The text cannot be read: what is shown is older, nothing is lost, and two ways lead back. */
export function FrozenNotice({
  buffer,
  broken,
  onGoTo,
}: {
  buffer: PolicyBuffer;
  broken: readonly Problem[];
  onGoTo: (line: number, column: number) => void;
}) {
  const [first] = broken;
  if (first === undefined) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-denied-chip px-3 py-1.5 text-denied">
      <OctagonAlert aria-hidden className="size-4 shrink-0" />
      <span>
        JSON has {plural(broken.length, 'error')}, line {first.line} — showing the state before it.
      </span>
      <span className="ml-auto flex gap-2">
        <Button size="sm" onClick={() => onGoTo(first.line, first.column)}>
          Go to error
        </Button>
        <Button size="sm" onClick={() => buffer.undoToValid()}>
          Undo to last valid
        </Button>
      </span>
    </div>
  );
}
