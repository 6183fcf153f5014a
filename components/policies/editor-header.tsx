'use client';

import { Redo2, Undo2 } from 'lucide-react';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { useBuffer } from './builder/use-policy-buffer';
import { PolicyMenu } from './policy-menu';
import type { useDraft } from './use-draft';

interface EditorHeaderProps {
  policy: PolicyDetail;
  draft: ReturnType<typeof useDraft>;
  /** Rows that differ from what is live. */
  changes: number;
  differs: boolean;
  onSave: () => void;
  onReview: () => void;
}

/** Which policy this is, how far the draft is from what is live, and what can be done with it. */
export function EditorHeader({ policy, draft, changes, differs, onSave, onReview }: EditorHeaderProps) {
  const cannotWrite = useRefusal('policy.write');
  const cannotPublish = useRefusal('policy.publish');
  const canUndo = useBuffer(draft.buffer, (state) => state.canUndo);
  const canRedo = useBuffer(draft.buffer, (state) => state.canRedo);
  return (
    <PageHeader
      title={policy.name}
      trail={[
        { label: 'Policies', href: '/policies' },
        { label: policy.server.name, href: `/servers/${policy.server.slug}?tab=policies` },
      ]}
      badges={
        <>
          {policy.live ? (
            <StatusTag status="active" word={`Live v${policy.live.version}`} />
          ) : (
            <StatusTag status="draft" word="Not published" />
          )}
          {policy.mode === 'observe' ? <StatusTag status="pending" word="Observe only" /> : null}
          <span role="status" className="text-meta text-ink-3">
            {differs && policy.live ? (
              <>
                {changes > 0 ? plural(changes, 'change') : 'Text differs'} against v{policy.live.version} ·{' '}
              </>
            ) : null}
            {draft.dirty ? (
              'Unsaved changes'
            ) : policy.draft ? (
              <>
                Draft saved <Time at={policy.draft.updatedAt} /> by {policy.draft.updatedBy}
              </>
            ) : (
              'No draft'
            )}
          </span>
        </>
      }
      actions={
        <>
          <Button
            size="iconMd"
            variant="ghost"
            className="max-md:hidden"
            label="Undo"
            keys="Ctrl Z"
            disabledReason={cannotWrite ?? (canUndo ? null : 'Nothing to undo')}
            onClick={() => draft.buffer.undo()}
          >
            <Undo2 aria-hidden className="size-4" />
          </Button>
          <Button
            size="iconMd"
            variant="ghost"
            className="max-md:hidden"
            label="Redo"
            keys="Ctrl Shift Z"
            disabledReason={cannotWrite ?? (canRedo ? null : 'Nothing to redo')}
            onClick={() => draft.buffer.redo()}
          >
            <Redo2 aria-hidden className="size-4" />
          </Button>
          <PolicyMenu policy={policy} unsaved={draft.dirty} onStart={draft.setText} />
          <Button
            className="max-md:hidden"
            pending={draft.save.isPending}
            disabledReason={cannotWrite ?? (draft.dirty ? null : 'Nothing to save')}
            onClick={onSave}
          >
            Save draft
          </Button>
          <Button variant="primary" disabledReason={cannotPublish ?? (differs ? null : 'The text is what is live')} onClick={onReview}>
            Review and publish
          </Button>
        </>
      }
    />
  );
}
