'use client';

import { useQuery } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, Tool } from '@/components/shared/api/wire';
import type { EditorHandle } from '@/components/shared/monaco/editor-props';
import { useRefusal } from '@/components/shared/permission';
import { useShortcuts } from '@/components/shared/shortcuts';
import { useNow } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Tabs } from '@/components/ui/tabs';
import { toast } from '@/components/ui/toaster';
import type { Change } from '@/lib/policy/edit/change';
import { Builder } from './builder/builder';
import type { Selection } from './builder/builder-context';
import type { DockTab } from './builder/dock';
import { editText } from './builder/use-edit';
import { useBuffer } from './builder/use-policy-buffer';
import { useRows } from './builder/use-rows';
import { BackupNotice, ConflictDialog, LiveMergeDialog } from './draft-notices';
import { EditorHeader } from './editor-header';
import { ExplainDock } from './explain/explain-dock';
import { ImpactDock } from './impact/impact-dock';
import { PasteOffer } from './import/paste-offer';
import { ProblemsPanel } from './problems-panel';
import { ManagedBanner } from './publish/managed-banner';
import { PublicationBanner } from './publish/publication-banner';
import { ReviewView } from './publish/review-view';
import { TestsDock } from './try/tests-dock';
import { NO_CALL, type TriedState } from './try/tried-call';
import { TryDock } from './try/try-dock';
import { useDocument } from './use-document';
import { useDraft } from './use-draft';
import { useValidation } from './use-validation';
import { VersionsTab } from './versions/versions-tab';
import { WATCH_MS, WatchStrip } from './versions/watch-strip';

const NO_TOOLS: readonly Tool[] = [];

/** One policy: its builder, its docks and its versions, all around one text. */
export function PolicyEditor({ policy }: { policy: PolicyDetail }) {
  const { get, set } = useUrlState();
  const draft = useDraft(policy);
  const { document, stale } = useDocument(draft.text);
  const validation = useValidation(draft.text, policy.server.slug);
  const tools = useQuery({
    queryKey: ['tools', 'names', policy.server.slug],
    queryFn: ({ signal }) => api<Tool[]>('GET', `/servers/${policy.server.slug}/tools`, { signal }),
  });
  const [merging, setMerging] = useState(false);
  const [selection, setSelection] = useState<Selection>({ pointer: get('at') ?? '', from: 'page' });
  const [tried, setTried] = useState<TriedState>({ call: NO_CALL, notes: [] });
  const editor = useRef<EditorHandle>(null);
  const now = useNow();
  const mayNotWrite = useRefusal('policy.write');
  const cannotWrite = mayNotWrite ?? (policy.managedBy === null ? null : `The policy is kept in ${policy.managedBy}`);
  const cannotPublish = useRefusal('policy.publish');
  const view = useBuffer(draft.buffer, (state) => state.valid?.view ?? null);
  const rows = useRows(view, policy.liveText, tools.data ?? NO_TOOLS, validation.problems);
  const save = () => {
    if (!cannotWrite && draft.hasUnsaved()) draft.save.mutate({}, { onSuccess: () => toast.success('Draft saved') });
  };
  const differs = draft.text !== (policy.liveText ?? '');
  // What is reviewed is the saved draft, so that it is the text that goes live.
  const review = () => {
    if (cannotPublish || !differs) return;
    if (draft.hasUnsaved() || policy.draft === null) draft.save.mutate({}, { onSuccess: () => set({ tab: 'review' }) });
    else set({ tab: 'review' });
  };
  const openDock = (value: string) => set({ tab: null, dock: value === 'json' ? null : value });
  useShortcuts({
    'mod+s': (event) => {
      event.preventDefault();
      save();
    },
  });
  const select = useCallback(
    (next: Selection) => {
      setSelection(next);
      set({ at: next.pointer });
    },
    [set],
  );
  const dock = get('dock') ?? 'json';
  const dockProps = {
    server: policy.server,
    policy,
    text: draft.text,
    document,
    tools: tools.data ?? NO_TOOLS,
    stale,
    onSelect: (pointer: string) => select({ pointer, from: 'builder' }),
    onEdit: (step: (text: string) => Change) => editText(draft.buffer, step),
  };
  const docks: DockTab[] = [
    { value: 'try', label: 'Try', content: () => <TryDock {...dockProps} state={tried} onState={setTried} /> },
    {
      value: 'tests',
      label: 'Tests',
      content: () => (
        <TestsDock
          {...dockProps}
          onTry={(state) => {
            setTried(state);
            openDock('try');
          }}
        />
      ),
    },
    { value: 'impact', label: 'Impact', content: () => <ImpactDock {...dockProps} /> },
    { value: 'explain', label: 'Explain', content: () => <ExplainDock {...dockProps} /> },
  ];
  return (
    <>
      <EditorHeader
        policy={policy}
        draft={draft}
        changes={rows.filter((row) => row.changed).length}
        differs={differs}
        onSave={save}
        onReview={review}
      />
      <BackupNotice draft={draft} />
      <PasteOffer server={policy.server.slug} text={draft.text} broken={stale} onTake={draft.setText} />
      <ManagedBanner managedBy={policy.managedBy} />
      <PublicationBanner policy={policy} />
      {policy.live && now > 0 && now - Date.parse(policy.live.publishedAt) < WATCH_MS && get('tab') !== 'versions' ? (
        <div className="mb-4">
          <WatchStrip policy={policy} />
        </div>
      ) : null}
      <Tabs
        label="Policy"
        value={get('tab') ?? 'editor'}
        onChange={(value) => set({ tab: value === 'editor' ? null : value })}
        items={[
          {
            value: 'editor',
            label: 'Editor',
            content: (
              <Builder
                buffer={draft.buffer}
                name={policy.name}
                tools={tools.data ?? NO_TOOLS}
                rows={rows}
                problems={validation.problems}
                checked={validation.checked}
                selection={selection}
                onSelect={select}
                readOnly={cannotWrite !== null}
                editor={editor}
                docks={docks}
                dock={dock}
                onDock={openDock}
                onSave={save}
                onReview={review}
                footer={
                  <ProblemsPanel
                    problems={validation.problems}
                    state={validation.state}
                    buffer={draft.buffer}
                    pointer={selection.pointer}
                    readOnly={cannotWrite !== null}
                    onGoTo={(problem) => {
                      select({ pointer: problem.path, from: 'builder' });
                      editor.current?.goTo(problem.line, problem.column);
                    }}
                  />
                }
              />
            ),
          },
          {
            value: 'review',
            label: 'Review',
            content: (
              <ReviewView
                policy={policy}
                unsaved={draft.dirty}
                onSave={save}
                onSelect={(pointer) => {
                  select({ pointer, from: 'builder' });
                  set({ tab: null });
                }}
                onSimulation={(simulation) => set({ tab: null, dock: 'impact', simulation })}
                onMerge={() => setMerging(true)}
                onDone={() => set({ tab: null })}
              />
            ),
          },
          {
            value: 'versions',
            label: 'Versions',
            count: policy.live?.version ?? 0,
            content: <VersionsTab policy={policy} tools={tools.data ?? NO_TOOLS} />,
          },
        ]}
      />
      {merging ? <LiveMergeDialog policy={policy} draft={draft} onClose={() => setMerging(false)} /> : null}
      {draft.conflict ? <ConflictDialog policy={policy} draft={draft} /> : null}
    </>
  );
}
