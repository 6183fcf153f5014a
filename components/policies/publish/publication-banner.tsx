'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleAlert, Clock, UserRoundCheck } from 'lucide-react';
import { useState } from 'react';
import { api, type Page, queryString } from '@/components/shared/api/client';
import type { PolicyDetail, Publication } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { closedNotice } from './closed-notice';
import { PublicationDialog } from './publication-dialog';
import { useDecision } from './use-decision';

/** What waits for its time or for a second person, and what can be done about it. */
export function PublicationBanner({ policy }: { policy: PolicyDetail }) {
  const cannotPublish = useRefusal('policy.publish');
  const [open, setOpen] = useState<'review' | 'withdraw' | null>(null);
  const { waiting } = policy;
  const withdraw = useDecision(waiting?.id ?? '', 'withdraw', () => setOpen(null));
  if (waiting === null) return <ClosedBanner policy={policy} />;
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

/** Why what waited did not go live, until somebody acts on it. */
function ClosedBanner({ policy }: { policy: PolicyDetail }) {
  const { data } = useQuery({
    queryKey: ['policy', 'latest publication', policy.id],
    queryFn: ({ signal }) =>
      api<Page<Publication>>('GET', `/publications${queryString({ server: policy.server.slug, policy: policy.slug, limit: 1 })}`, {
        signal,
      }),
  });
  const notice = closedNotice(policy, data?.items[0]);
  if (notice === null) return null;
  return (
    <div
      role="status"
      className="mb-4 flex flex-wrap items-baseline gap-x-3 gap-y-1 rounded-panel border border-limited bg-surface px-4 py-2"
      data-testid="closed-publication"
    >
      <CircleAlert aria-hidden className="size-4 self-center text-limited" />
      <span className="min-w-0 flex-1">
        {notice.what} {notice.because === null ? null : <InertText text={notice.because} max={2000} />}{' '}
        <span className="text-ink-2">
          <Time at={notice.at} />. What is live stayed live.
        </span>
      </span>
    </div>
  );
}
