'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyPublished, PolicyReview } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { absoluteTime, plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { TimeField } from '@/components/shared/time-field';
import { useTimeZone } from '@/components/shared/time-zone';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { path } from '../use-draft';
import { publishLabel } from './publish-label';

export type Mode = 'enforce' | 'observe';

/** What every publication and roll back makes stale. */
export const AFTER_PUBLISHING = ['policy', 'policies', 'versions', 'watch', 'enforcement', 'server', 'servers', 'setup'] as const;

interface PublishFormProps {
  policy: PolicyDetail;
  review: PolicyReview;
  mode: Mode;
  onMode: (mode: Mode) => void;
  /** A finished simulation of exactly this text becomes the forecast. */
  simulation: string | null;
  /** The review is being read again. */
  outdated: boolean;
  onDone: () => void;
}

/** Comment, mode, time, and one button that says exactly what will happen. */
export function PublishForm({ policy, review, mode, onMode, simulation, outdated, onDone }: PublishFormProps) {
  const client = useQueryClient();
  const cannotPublish = useRefusal('policy.publish');
  const { timeZone, offsetAt } = useTimeZone();
  const [comment, setComment] = useState('');
  const [at, setAt] = useState<string | null>(null);
  const [later, setLater] = useState(false);
  const [understood, setUnderstood] = useState(false);
  const due = later ? at : null;
  const publish = useMutation({
    mutationFn: () =>
      api<PolicyPublished>('POST', `${path(policy)}/publish`, {
        body: {
          comment: comment.trim(),
          expectedVersion: review.live.version ?? 0,
          mode,
          ...(due === null ? {} : { at: due }),
          ...(simulation === null ? {} : { simulation }),
        },
        // What was reviewed is what goes live: a draft saved since is refused.
        headers: { 'if-match': `"${policy.etag}"` },
      }),
    onSuccess: (answer) => {
      for (const key of AFTER_PUBLISHING) client.invalidateQueries({ queryKey: [key] });
      if (answer.status === 'published')
        toast.success(`Version ${answer.version} is live`, {
          description: `${plural(policy.grants, 'grant')} follow it from the next call.`,
        });
      else
        toast.success(answer.status === 'scheduled' ? 'Scheduled' : 'A second person is asked', {
          description: 'What is live stays live until then.',
        });
      onDone();
    },
    onError: (error) => {
      if (error instanceof ApiError && (error.status === 409 || error.status === 412)) client.invalidateQueries({ queryKey: ['policy'] });
    },
  });
  const opens = review.change.opens ?? [];
  const refusal =
    cannotPublish ??
    review.blocked[0] ??
    (outdated ? 'The review is being read again' : null) ??
    (comment.trim() === '' ? 'Say why in the comment' : null) ??
    (later && due === null ? 'Choose when' : null) ??
    (opens.length > 0 && !understood ? 'Tick that you know which tools become callable' : null);
  const label = publishLabel({
    version: review.nextVersion,
    mode,
    later,
    due: due === null ? null : `${absoluteTime(Date.parse(due), timeZone, 'minutes')} ${offsetAt(Date.parse(due))}`,
    secondPerson: review.secondPerson.needed,
  });
  return (
    <div className="flex flex-col gap-3">
      <Field label="Comment" hint="Kept with the version and shown in its history.">
        <Textarea
          rows={2}
          value={comment}
          placeholder="What changes for agents, and why"
          onChange={(event) => setComment(event.target.value)}
        />
      </Field>
      <div className="flex flex-wrap items-start gap-3">
        <Field label="Mode">
          <Select
            value={mode}
            onChange={(value) => onMode(value as Mode)}
            options={[
              { value: 'enforce', label: 'Enforce', hint: 'What the policy refuses is refused' },
              { value: 'observe', label: 'Observe only', hint: 'Decides and records every call, and lets it pass' },
            ]}
          />
        </Field>
        <Field label="When">
          <Select
            value={later ? 'later' : 'now'}
            onChange={(value) => setLater(value === 'later')}
            options={[
              { value: 'now', label: 'Now' },
              { value: 'later', label: 'At a time', hint: 'If another version goes live before, it is not published' },
            ]}
          />
        </Field>
        {later ? <TimeField label="Time" value={at} onChange={setAt} /> : null}
      </div>
      {review.secondPerson.needed ? (
        <p className="text-ink-2">A second person has to agree: {review.secondPerson.because} What is live stays live until then.</p>
      ) : null}
      {opens.length > 0 ? (
        <Checkbox
          label={`I know that ${plural(opens.length, 'tool')} become callable, and tools that the server adds later too`}
          checked={understood}
          onChange={setUnderstood}
        />
      ) : null}
      {publish.error instanceof ApiError && (publish.error.status === 409 || publish.error.status === 412) ? (
        <p role="alert" className="rounded-control bg-denied-chip px-3 py-2 text-denied">
          {publish.error.status === 412
            ? 'Somebody saved this draft meanwhile. The review above shows the new text.'
            : publish.error.message}{' '}
          Nothing was published.
        </p>
      ) : (
        <FormError error={publish.error} />
      )}
      <Button
        variant="primary"
        className="self-start"
        pending={publish.isPending}
        disabledReason={refusal}
        onClick={() => publish.mutate()}
      >
        {label}
      </Button>
    </div>
  );
}
