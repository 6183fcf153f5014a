'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Publication } from '@/components/shared/api/wire';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog } from '@/components/ui/dialog';
import { ImpactSummary } from '../impact/impact-summary';
import { useSimulation } from '../impact/use-simulations';
import { ChangeWords } from './change-words';
import { useDecision } from './use-decision';

/** What a second person reads before agreeing: the same words, text and impact that its author reviewed, and when it goes live. */
export function PublicationDialog({ id, onClose }: { id: string; onClose: () => void }) {
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
      onOpenChange={onClose}
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
            <WhatHappens publication={publication} />
            <ChangeWords title={publication.policy.name} sentences={publication.change} />
            <Impact simulation={publication.simulation} />
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

function WhatHappens({ publication }: { publication: Publication }) {
  const { baseVersion, restoredFrom, mode, dueAt, status } = publication;
  const asks = status === 'awaiting_review';
  return (
    <p>
      {restoredFrom === null ? 'It' : `It is the text of version ${restoredFrom}. It`}
      {baseVersion === null ? ' is the first version' : ` replaces version ${baseVersion}`}
      {dueAt === null ? (
        asks ? (
          ' as soon as a second person agrees'
        ) : null
      ) : (
        <>
          {' '}
          <Time at={dueAt} />
          {asks ? ', if a second person agrees before' : ''}
        </>
      )}
      {mode === 'observe' ? ', observing only: it decides and records every call and lets it pass' : ''}.
      {asks ? (
        <span className="text-ink-2">
          {' '}
          {publication.loosening
            ? 'A second person is asked because it opens access.'
            : 'A second person is asked because this policy asks one every time.'}
        </span>
      ) : null}
    </p>
  );
}

function Impact({ simulation }: { simulation: string | null }) {
  const { data } = useSimulation(simulation);
  if (simulation === null) return <p className="text-ink-2">It was not simulated on recorded calls before it was asked for.</p>;
  return data === undefined ? null : <ImpactSummary simulation={data} />;
}
