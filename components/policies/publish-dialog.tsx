'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyPublished, Problem } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { plural } from '@/components/shared/format';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { toast } from '@/components/ui/toaster';
import { path, type useDraft } from './use-draft';

interface PublishDialogProps {
  policy: PolicyDetail;
  draft: ReturnType<typeof useDraft>;
  problems: readonly Problem[];
  onClose: () => void;
}

/** T2: what changes against what is live, who is affected, and why. Publishes exactly the text that is shown. */
export function PublishDialog({ policy, draft, problems, onClose }: PublishDialogProps) {
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  const publish = useMutation({
    mutationFn: async () => {
      // Saved again even when nothing changed here: the check of its version makes sure that nobody else's text goes live.
      await draft.save.mutateAsync({});
      return api<PolicyPublished>('POST', `${path(policy)}/publish`, {
        body: { comment: comment.trim(), expectedVersion: policy.live?.version ?? 0 },
      });
    },
    onSuccess: (published) => {
      for (const key of ['policy', 'policies', 'versions', 'server', 'servers', 'setup']) client.invalidateQueries({ queryKey: [key] });
      toast.success(published.status === 'published' ? `Version ${published.version} is live` : 'It waits to be published', {
        description: `${plural(policy.grants, 'grant')} use it from the next call.`,
      });
      onClose();
    },
  });
  const refusal =
    errors.length > 0 ? `${plural(errors.length, 'error')} to fix first` : comment.trim() === '' ? 'Say why in the comment' : null;
  const next = (policy.live?.version ?? 0) + 1;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      dismissable={comment === ''}
      width="xl"
      title={`Publish version ${next}`}
      description={`${plural(policy.grants, 'active grant')} ${policy.grants === 1 ? 'uses' : 'use'} this policy and follow${policy.grants === 1 ? 's' : ''} it from the next call.`}
      footer={
        <>
          <Button onClick={onClose}>Go on editing</Button>
          <Button variant="primary" pending={publish.isPending} disabledReason={refusal} onClick={() => publish.mutate()}>
            Publish version {next}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <section>
          <h3 className="mb-1.5 font-medium">{policy.live ? `Live v${policy.live.version} and this draft` : 'First version'}</h3>
          <MonacoDiff label="Difference to what is live" before={policy.liveText ?? ''} after={draft.text} height={340} />
        </section>
        {errors.length > 0 ? <Lines title="Errors" look="text-denied" problems={errors} /> : null}
        {warnings.length > 0 ? <Lines title="Warnings" look="text-limited" problems={warnings} /> : null}
        <Field label="Comment" hint="Kept with the version and shown in its history.">
          <Textarea
            rows={2}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            placeholder="What changes for agents, and why"
          />
        </Field>
        {publish.error instanceof ApiError && publish.error.status === 409 ? (
          <p role="alert" className="rounded-control bg-denied-chip px-3 py-2 text-denied">
            Another version went live meanwhile. Close this, look at Versions, then publish again. Your text is kept.
          </p>
        ) : (
          <FormError error={publish.error} />
        )}
      </div>
    </Dialog>
  );
}

function Lines({ title, look, problems }: { title: string; look: string; problems: readonly Problem[] }) {
  return (
    <section>
      <h3 className={`mb-1 font-medium ${look}`}>{title}</h3>
      <ul className="list-disc pl-4 text-ink-2 marker:text-ink-3">
        {problems.map((problem, index) => (
          <li key={index}>
            Line {problem.line}: {problem.message} {problem.hint}
          </li>
        ))}
      </ul>
    </section>
  );
}
