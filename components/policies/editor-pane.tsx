'use client';

import { useQuery } from '@tanstack/react-query';
import { MonitorSmartphone } from 'lucide-react';
import { type RefObject, useMemo } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, Tool } from '@/components/shared/api/wire';
import type { EditorHandle } from '@/components/shared/monaco/editor-props';
import { MonacoEditor } from '@/components/shared/monaco/monaco-editor';
import { useWide } from '@/components/shared/table/wide';
import { policyJsonSchema } from '@/lib/policy/policy-schema';
import { ProblemsPanel } from './problems-panel';
import type { useDraft } from './use-draft';
import type { useValidation } from './use-validation';

interface EditorPaneProps {
  policy: PolicyDetail;
  draft: ReturnType<typeof useDraft>;
  validation: ReturnType<typeof useValidation>;
  editor: RefObject<EditorHandle | null>;
  onSave: () => void;
  onPublish: () => void;
  readOnly: boolean;
}

export function EditorPane({ policy, draft, validation, editor, onSave, onPublish, readOnly }: EditorPaneProps) {
  const wide = useWide();
  const tools = useQuery({
    queryKey: ['tools', 'names', policy.server.slug],
    queryFn: ({ signal }) => api<Tool[]>('GET', `/servers/${policy.server.slug}/tools`, { signal }),
  });
  const schema = useMemo(() => policyJsonSchema((tools.data ?? []).map((tool) => tool.name)), [tools.data]);
  return (
    <div className="min-w-0 overflow-hidden rounded-panel border border-line bg-surface">
      {wide ? null : (
        <p className="flex items-center gap-2 border-line-soft border-b px-3 py-2 text-ink-2">
          <MonitorSmartphone aria-hidden className="size-4 shrink-0" />
          Editing needs a wider screen. Here the policy can be read, tried and rolled back.
        </p>
      )}
      <MonacoEditor
        label={`Policy ${policy.name}`}
        value={draft.text}
        onChange={draft.setText}
        schema={schema}
        problems={validation.problems}
        readOnly={readOnly || !wide}
        height="max(360px, calc(100dvh - 336px))"
        handle={editor}
        onSave={onSave}
        onPrimary={onPublish}
      />
      <ProblemsPanel
        problems={validation.problems}
        state={validation.state}
        onGoTo={(line, column) => editor.current?.goTo(line, column)}
      />
    </div>
  );
}
