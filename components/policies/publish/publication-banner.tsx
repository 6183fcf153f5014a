'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Clock, UserRoundCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, Publication } from '@/components/shared/api/wire';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog } from '@/components/ui/dialog';
import { toast } from '@/components/ui/toaster';
import { ChangeWords } from './change-words';
import { AFTER_PUBLISHING } from './publish-form';

/** What waits for its time or for a second person, and what can be done about it. */
export function PublicationBanner({ policy }: { policy: PolicyDetail }) {
  const cannotPublish = useRefusal('policy.publish');
  const [open, setOpen] = useState<'review' | 'withdraw' | null>(null);
  const { waiting } = policy;
  const withdraw = useDecision(waiting?.id ?? '', 'withdraw', () => setOpen(null));
  if (waiting === null) return null;
  const asks = waiting.status === 'awaiting_review';
  const Icon = asks ? UserRoundCheck : Clock;
  return (
    <div role="status" className="mb-4 flex flex-wrap items-center gap-3 rounded-panel border border-line bg-accent-soft px-4 py-2">
      <Icon aria-hidden className="size-4 text-accent" />
      <span>
        {asks ? (
          <>
            A publication by {waiting.requestedBy} waits for a second person
            {waiting.dueAt === null ? '' : ', then for its time'}.
          </>
        ) : (
          <>
            A publication by {waiting.requestedBy} goes live <Time at={waiting.dueAt} />.
          </>
        )}{' '}
        <span className="text-ink-2">
          Asked <Time at={waiting.requestedAt} />.
        </span>
      </span>
      <span className="ml-auto flex gap-2">
        <Button size="sm" onClick={() => setOpen('review')}>
          {asks ? 'Review it' : 'Look at it'}
        </Button>
        <Button size="sm" variant="ghost" disabledReason={cannotPublish} onClick={() => setOpen('withdraw')}>
          Withdraw
        </Button>
      </span>
      {open === 'review' ? <PublicationDialog id={waiting.id} onClose={() => setOpen(null)} /> : null}
      <ConfirmDialog
        open={open === 'withdraw'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        action="Withdraw the publication"
        pending={withdraw.isPending}
        error={withdraw.error?.message}
        consequences={['The draft stays as it is, and what is live stays live.']}
        onConfirm={() => withdraw.mutate({})}
      />
    </div>
  );
}

function useDecision(id: string, verb: 'approve' | 'reject' | 'withdraw', onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { digest?: string; reason?: string }) => api<Publication>('POST', `/publications/${id}/${verb}`, { body }),
    onSuccess: (publication) => {
      toast.success(
        {
          approve: publication.version === null ? 'Agreed; it waits for its time' : `Version ${publication.version} is live`,
          reject: 'Refused',
          withdraw: 'Withdrawn',
        }[verb],
      );
      onDone();
    },
    onSettled: () => {
      for (const key of [...AFTER_PUBLISHING, 'publication']) client.invalidateQueries({ queryKey: [key] });
    },
  });
}

function PublicationDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery({
    queryKey: ['publication', id],
    queryFn: ({ signal }) => api<Publication & { text: string; baseText: string | null }>('GET', `/publications/${id}`, { signal }),
  });
  const [refusing, setRefusing] = useState(false);
  const approve = useDecision(id, 'approve', onClose);
  const reject = useDecision(id, 'reject', onClose);
  const data = query.data;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      width="xl"
      title={data ? `${data.policy.name}: what waits to be published` : 'What waits to be published'}
      description={data ? `By ${data.requestedBy.name}. ${data.comment ?? ''}` : undefined}
      footer={
        data?.status === 'awaiting_review' ? (
          <>
            {approve.error ? <span className="mr-auto text-denied">{approve.error.message}</span> : null}
            <Button disabledReason={data.cannotApprove} onClick={() => setRefusing(true)}>
              Refuse
            </Button>
            <Button
              variant="primary"
              pending={approve.isPending}
              disabledReason={data.cannotApprove}
              onClick={() => approve.mutate({ digest: data.digest })}
            >
              {data.dueAt === null ? 'Agree and publish' : 'Agree'}
            </Button>
          </>
        ) : undefined
      }
    >
      <Loaded query={query} what="The publication">
        {(publication) => (
          <div className="flex flex-col gap-4">
            <ChangeWords title={publication.policy.name} sentences={publication.change} />
            <MonacoDiff label="Difference to what is live" before={publication.baseText ?? ''} after={publication.text} height={340} />
            <p className="text-meta text-ink-3">
              Written by {publication.editors.map((editor) => editor.name).join(', ') || publication.requestedBy.name}.
            </p>
          </div>
        )}
      </Loaded>
      <ConfirmDialog
        open={refusing}
        onOpenChange={setRefusing}
        tier="T2"
        action="Refuse the publication"
        commentLabel="Reason"
        pending={reject.isPending}
        error={reject.error?.message}
        consequences={['The draft stays, and its author reads the reason.']}
        onConfirm={(reason) => reject.mutate({ reason })}
      />
    </Dialog>
  );
}
