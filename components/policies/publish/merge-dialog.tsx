'use client';

import { useMemo } from 'react';
import { plural } from '@/components/shared/format';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { mergePolicies } from '@/lib/policy/merge/merge-policies';

interface MergeDialogProps {
  /** e.g. `Bo saved this draft meanwhile`. */
  title: string;
  /** What both began from, mine as it is in the editor, and theirs. */
  base: string;
  mine: string;
  theirs: string;
  theirName: string;
  pending: boolean;
  error: string | null;
  onClose: () => void;
  onTake: (text: string) => void;
}

/** Two people changed one policy: what does not collide is joined; what does is shown, and a person decides. Nothing is overwritten unasked. */
export function MergeDialog({ title, base, mine, theirs, theirName, pending, error, onClose, onTake }: MergeDialogProps) {
  const merged = useMemo(() => mergePolicies(base, mine, theirs), [base, mine, theirs]);
  const conflicts = merged?.conflicts ?? [];
  const shown = merged?.text ?? mine;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      width="xl"
      dismissable={false}
      title={title}
      description={
        merged === null
          ? 'One of the texts has a syntax error, so they cannot be merged. Left is theirs, right is yours.'
          : conflicts.length === 0
            ? `Both can be kept: the changes do not collide. Left is ${theirName}, right is both together.`
            : `${plural(conflicts.length, 'place')} changed on both sides. Left is ${theirName}, right is both together with yours in those places.`
      }
      footer={
        <>
          {error === null ? null : <span className="mr-auto text-denied">{error}</span>}
          <Button onClick={onClose}>Go on editing</Button>
          <Button disabledReason={pending ? 'Saving' : null} onClick={() => onTake(theirs)}>
            Take theirs
          </Button>
          <Button variant="primary" pending={pending} onClick={() => onTake(shown)}>
            {merged === null ? 'Keep mine' : conflicts.length === 0 ? 'Keep both' : 'Keep both, mine where they collide'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {conflicts.length > 0 ? (
          <table className="w-full table-fixed text-left">
            <thead className="text-meta text-ink-3">
              <tr>
                <th className="py-1 pr-3 font-normal">Place</th>
                <th className="py-1 pr-3 font-normal">Was</th>
                <th className="py-1 pr-3 font-normal">Theirs</th>
                <th className="py-1 font-normal">Yours</th>
              </tr>
            </thead>
            <tbody>
              {conflicts.map((conflict) => (
                <tr key={conflict.pointer} className="border-line-soft border-t align-top font-mono text-meta">
                  <td className="break-all py-1 pr-3">{conflict.pointer === '' ? '/' : conflict.pointer}</td>
                  {[conflict.base, conflict.theirs, conflict.mine].map((value, index) => (
                    <td key={index} className="break-all py-1 pr-3 text-ink-2">
                      {value === null ? <em className="text-ink-3">not there</em> : <InertText text={value} max={300} />}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        <MonacoDiff label="Their text and the merged one" before={theirs} after={shown} height={380} />
      </div>
    </Dialog>
  );
}
