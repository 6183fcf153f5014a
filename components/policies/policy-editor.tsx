'use client';

import { useRef, useState } from 'react';
import type { PolicyDetail } from '@/components/shared/api/wire';
import type { EditorHandle } from '@/components/shared/monaco/editor-props';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { useShortcuts } from '@/components/shared/shortcuts';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Tabs } from '@/components/ui/tabs';
import { toast } from '@/components/ui/toaster';
import { BackupNotice, ConflictDialog } from './draft-notices';
import { EditorPane } from './editor-pane';
import { PolicyMenu } from './policy-menu';
import { PublishDialog } from './publish-dialog';
import { TryPanel } from './try-panel';
import { useDraft } from './use-draft';
import { useValidation } from './use-validation';
import { VersionsTab } from './versions-tab';

export function PolicyEditor({ policy }: { policy: PolicyDetail }) {
  const { get, set } = useUrlState();
  const draft = useDraft(policy);
  const validation = useValidation(draft.text, policy.server.slug);
  const [publishing, setPublishing] = useState(false);
  const editor = useRef<EditorHandle>(null);
  const cannotWrite = useRefusal('policy.write');
  const cannotPublish = useRefusal('policy.publish');
  const save = () => {
    if (!cannotWrite && draft.hasUnsaved()) draft.save.mutate({}, { onSuccess: () => toast.success('Draft saved') });
  };
  const differs = draft.text !== (policy.liveText ?? '');
  const publish = () => {
    if (!cannotPublish && differs) setPublishing(true);
  };
  useShortcuts({
    'mod+s': (event) => {
      event.preventDefault();
      save();
    },
  });
  const tab = get('tab') ?? 'editor';
  return (
    <>
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
            <PolicyMenu policy={policy} onStart={draft.setText} />
            <Button pending={draft.save.isPending} disabledReason={cannotWrite ?? (draft.dirty ? null : 'Nothing to save')} onClick={save}>
              Save draft
            </Button>
            <Button variant="primary" disabledReason={cannotPublish ?? (differs ? null : 'The text is what is live')} onClick={publish}>
              Review and publish
            </Button>
          </>
        }
      />
      <BackupNotice draft={draft} />
      <Tabs
        label="Policy"
        value={tab}
        onChange={(value) => set({ tab: value === 'editor' ? null : value })}
        items={[
          {
            value: 'editor',
            label: 'Editor',
            content: (
              <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_420px]">
                <EditorPane
                  policy={policy}
                  draft={draft}
                  validation={validation}
                  editor={editor}
                  onSave={save}
                  onPublish={publish}
                  readOnly={Boolean(cannotWrite)}
                />
                <TryPanel server={policy.server.slug} text={draft.text} policy={policy} />
              </div>
            ),
          },
          { value: 'versions', label: 'Versions', count: policy.live?.version ?? 0, content: <VersionsTab policy={policy} /> },
        ]}
      />
      {publishing ? (
        <PublishDialog policy={policy} draft={draft} problems={validation.problems} onClose={() => setPublishing(false)} />
      ) : null}
      {draft.conflict ? <ConflictDialog policy={policy} draft={draft} /> : null}
    </>
  );
}
