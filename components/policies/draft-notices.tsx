'use client';

import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { path, type useDraft } from './use-draft';

type Draft = ReturnType<typeof useDraft>;

/** Text that was typed here and never saved, for example before a crash. */
export function BackupNotice({ draft }: { draft: Draft }) {
  if (draft.backup === null) return null;
  return (
    <div role="status" className="mb-4 flex flex-wrap items-center gap-3 rounded-panel border border-line bg-accent-soft px-4 py-2">
      <History aria-hidden className="size-4 text-accent" />
      <span>This browser kept text that was typed here and not saved.</span>
      <span className="ml-auto flex gap-2">
        <Button size="sm" onClick={draft.takeBackup}>
          Restore unsaved text
        </Button>
        <Button size="sm" variant="ghost" onClick={draft.dropBackup}>
          Drop it
        </Button>
      </span>
    </div>
  );
}

/** Two people edited at once: both texts side by side, and neither is lost without a decision. */
export function ConflictDialog({ policy, draft }: { policy: PolicyDetail; draft: Draft }) {
  const theirs = useQuery({
    queryKey: ['policy', 'conflict', policy.id, draft.save.submittedAt],
    queryFn: () => api<PolicyDetail>('GET', path(policy)),
  });
  const text = theirs.data?.draft?.text ?? theirs.data?.liveText ?? '';
  return (
    <Dialog
      open
      onOpenChange={() => draft.save.reset()}
      width="xl"
      dismissable={false}
      title="Somebody else saved this draft meanwhile"
      description={
        theirs.data?.draft
          ? `Saved by ${theirs.data.draft.updatedBy}. Left is theirs, right is yours.`
          : 'Left is what is stored, right is yours.'
      }
      footer={
        <>
          <Button onClick={() => draft.save.reset()}>Go on editing</Button>
          <Button
            disabledReason={theirs.data ? null : 'Loading their text'}
            onClick={() => {
              draft.setText(text);
              draft.save.reset();
            }}
          >
            Take theirs
          </Button>
          <Button variant="primary" pending={draft.save.isPending} onClick={() => draft.save.mutate({ overwrite: true })}>
            Save mine over theirs
          </Button>
        </>
      }
    >
      {theirs.data ? (
        <MonacoDiff label="Their draft and yours" before={text} after={draft.text} height={420} />
      ) : (
        <p className="text-ink-2">Loading their text…</p>
      )}
    </Dialog>
  );
}
