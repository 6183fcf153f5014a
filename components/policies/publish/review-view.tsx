'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyReview } from '@/components/shared/api/wire';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Button } from '@/components/ui/button';
import { path } from '../use-draft';
import { ChangeWords } from './change-words';
import { type Mode, PublishForm } from './publish-form';
import { ReviewImpact } from './review-impact';
import { Affected, OpensList, ReviewPart, ReviewProblems, ReviewTests } from './review-parts';

interface ReviewViewProps {
  policy: PolicyDetail;
  /** The editor holds text that is not saved, so that it is not what is reviewed. */
  unsaved: boolean;
  onSave: () => void;
  /** Shows a place of the draft in the editor. */
  onSelect: (pointer: string) => void;
  onSimulation: (simulation: string) => void;
  onMerge: () => void;
  onDone: () => void;
}

/** One screen before anything goes live: what changes in words and text, its impact, tests, who is affected; then publish. */
export function ReviewView(props: ReviewViewProps) {
  const { policy } = props;
  const [mode, setMode] = useState<Mode | null>(null);
  const query = useQuery({
    // All that it depends on: it is read again when the policy says so, and never for a draft that is gone.
    queryKey: [
      'review',
      policy.id,
      policy.etag,
      policy.live?.version ?? 0,
      policy.secondPerson,
      policy.managedBy,
      policy.waiting?.id,
      mode,
    ],
    queryFn: ({ signal }) => api<PolicyReview>('GET', `${path(policy)}/review${queryString({ mode })}`, { signal }),
    enabled: policy.draft !== null,
    placeholderData: keepPreviousData,
  });
  if (policy.draft === null)
    return (
      <EmptyState title="Nothing to publish">There is no saved draft. Change the policy in the editor, then review it here.</EmptyState>
    );
  return (
    <Loaded query={query} what="The review">
      {(review) => <Review {...props} review={review} mode={mode ?? review.mode} onMode={setMode} outdated={query.isPlaceholderData} />}
    </Loaded>
  );
}

function Review({
  policy,
  review,
  mode,
  onMode,
  outdated,
  unsaved,
  onSave,
  onSelect,
  onSimulation,
  onMerge,
  onDone,
}: ReviewViewProps & { review: PolicyReview; mode: Mode; onMode: (mode: Mode) => void; outdated: boolean }) {
  const [simulation, setSimulation] = useState<string | null>(null);
  const { change, tests, problems } = review;
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const liveWords = review.live.version === null ? 'Nothing is live yet: everything is denied.' : null;
  return (
    <div className="rounded-panel border border-line bg-surface" data-testid="review">
      {unsaved ? (
        <Notice
          action={
            <Button size="sm" onClick={onSave}>
              Save draft
            </Button>
          }
        >
          The editor has changes that are not saved. This is the saved draft.
        </Notice>
      ) : null}
      {review.stale ? (
        <Notice
          action={
            <Button size="sm" onClick={onMerge}>
              Merge with version {review.live.version}
            </Button>
          }
        >
          Version {review.live.version} went live since this draft was begun.
        </Notice>
      ) : null}
      <ReviewPart n={1} title="In words">
        {liveWords ? <p className="text-ink-2">{liveWords}</p> : null}
        {change.kind === 'comments' ? (
          <p className="text-ink-2">Only comments, layout, names or tests differ: every call is decided as before.</p>
        ) : errors > 0 ? (
          <p className="text-ink-2">The words appear as soon as the text has no errors.</p>
        ) : (
          <ChangeWords title={`${policy.name}: version ${review.nextVersion}`} sentences={change.sentences} onSelect={onSelect} />
        )}
        {change.opens !== null && change.opens.length > 0 ? <OpensList opens={change.opens} /> : null}
      </ReviewPart>
      <ReviewPart n={2} title={review.live.version === null ? 'The text' : `The text, against version ${review.live.version}`}>
        <MonacoDiff label="Difference to what is live" before={review.live.text ?? ''} after={review.text} height={320} />
      </ReviewPart>
      <ReviewPart n={3} title="Impact on recorded traffic">
        <ReviewImpact policy={policy} review={review} onOpen={onSimulation} onReady={setSimulation} />
      </ReviewPart>
      <ReviewPart n={4} title="Tests" state={tests.results.length === 0 ? undefined : tests.failed > 0 ? 'bad' : 'good'}>
        <ReviewTests tests={tests} onSelect={onSelect} />
      </ReviewPart>
      <ReviewPart n={5} title="Problems" state={errors > 0 ? 'bad' : problems.length === 0 ? 'good' : undefined}>
        <ReviewProblems problems={problems} onSelect={onSelect} />
      </ReviewPart>
      <ReviewPart n={6} title="Who is affected">
        <Affected affected={review.affected} simulation={simulation} />
      </ReviewPart>
      <ReviewPart n={7} title="Publish">
        {review.blocked.length > 0 ? (
          <ul className="flex flex-col gap-1" aria-label="What stands in the way">
            {review.blocked.map((reason) => (
              <li key={reason} className="flex items-start gap-2 text-denied">
                <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
                {reason}
              </li>
            ))}
          </ul>
        ) : null}
        <PublishForm
          policy={policy}
          review={review}
          mode={mode}
          onMode={onMode}
          simulation={simulation}
          outdated={outdated}
          onDone={onDone}
        />
      </ReviewPart>
    </div>
  );
}

function Notice({ children, action }: { children: React.ReactNode; action: React.ReactNode }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 border-line border-b bg-accent-soft px-4 py-2">
      <span>{children}</span>
      <span className="ml-auto">{action}</span>
    </div>
  );
}
