'use client';

import { useCallback, useState } from 'react';
import { toast } from '@/components/ui/toaster';
import type { Change } from '@/lib/policy/edit/change';
import { EditError } from '@/lib/policy/edit/edit-error';
import type { EditOptions, Step } from './builder-context';
import type { PolicyBuffer } from './policy-buffer';

/** Makes one change of the text, as one step of undo; what cannot be made is said, changes nothing and gives null. */
export function editText(buffer: PolicyBuffer, step: Step): Change | null {
  buffer.flush();
  const { text, broken } = buffer.snapshot();
  if (broken.length > 0) return null;
  try {
    const change = step(text);
    return buffer.apply(change.edits) ? change : null;
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    toast.error('That cannot be changed here', { description: error.message });
    return null;
  }
}

/** The builder's way to change the text: selects and opens what was made, and offers to take back what went. */
export function useEdit(buffer: PolicyBuffer, select: (pointer: string) => void) {
  const [opening, setOpening] = useState<string | null>(null);
  const edit = useCallback(
    (step: Step, options: EditOptions = {}): boolean => {
      const change = editText(buffer, step);
      if (change === null) return false;
      setOpening(options.open ?? null);
      if (options.select !== undefined) select(options.select);
      if (options.undo !== undefined || change.removedComments.length > 0)
        offerUndo(buffer, options.undo ?? 'Changed', change.removedComments);
      return true;
    },
    [buffer, select],
  );
  const opened = useCallback(() => setOpening(null), []);
  return { edit, opening, opened };
}

/** Undo takes back this change alone: once something else was changed, it says so instead. */
function offerUndo(buffer: PolicyBuffer, done: string, comments: readonly string[]): void {
  const { text } = buffer.snapshot();
  toast(done, {
    duration: 8000,
    description:
      comments.length === 0
        ? undefined
        : `${comments.length === 1 ? 'A comment went' : `${comments.length} comments went`} with it: ${comments.map((comment) => comment.trim().slice(0, 80)).join(' · ')}`,
    action: {
      label: 'Undo',
      onClick: () => {
        if (buffer.textNow() === text) buffer.undo();
        else toast('Something was changed since', { description: 'Undo step by step with Ctrl Z.' });
      },
    },
  });
}
