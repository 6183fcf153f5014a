'use client';

import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { Button } from '@/components/ui/button';
import { toast } from '@/components/ui/toaster';
import { MergeDialog } from './publish/merge-dialog';
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

/** Two people edited at once: their changes are joined, or asked about, and neither is lost without a decision. */
export function ConflictDialog({ policy, draft }: { policy: PolicyDetail; draft: Draft }) {
  const theirs = useQuery({
    queryKey: ['policy', 'conflict', policy.id, draft.save.submittedAt],
    queryFn: () => api<PolicyDetail>('GET', path(policy)),
  });
  if (!theirs.data) return null;
  const { draft: saved, liveText, etag } = theirs.data;
  return (
    <MergeDialog
      title={saved ? `${saved.updatedBy} saved this draft meanwhile` : 'This draft was published or discarded meanwhile'}
      theirName={saved ? `the draft of ${saved.updatedBy}` : 'what is stored'}
      base={draft.savedText}
      mine={draft.text}
      theirs={saved?.text ?? liveText ?? ''}
      pending={draft.save.isPending}
      error={null}
      onClose={() => draft.save.reset()}
      onTake={(text) => {
        draft.setText(text);
        draft.save.mutate(
          { over: etag },
          { onSuccess: () => toast.success('Draft saved', { description: 'Undo brings your own text back.' }) },
        );
      }}
    />
  );
}

/** Another version went live since the draft was begun: it is merged into the draft before anything is published. */
export function LiveMergeDialog({ policy, draft, onClose }: { policy: PolicyDetail; draft: Draft; onClose: () => void }) {
  const version = policy.live?.version ?? 0;
  return (
    <MergeDialog
      title={`Merge with version ${version}`}
      theirName={`version ${version}`}
      base={policy.draft?.baseText ?? '{}'}
      mine={draft.text}
      theirs={policy.liveText ?? ''}
      pending={draft.save.isPending}
      error={draft.save.error?.message ?? null}
      onClose={onClose}
      onTake={(text) => {
        draft.setText(text);
        draft.save.mutate({ baseVersion: version }, { onSuccess: onClose });
      }}
    />
  );
}
