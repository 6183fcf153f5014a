'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { AGENT_FIELDS, type AgentDraft, AgentFields, formatLabels, parseLabels, reviewDaysProblem } from './agent-form';

const draftOf = (agent: Agent): AgentDraft => ({
  name: agent.name,
  slug: agent.slug,
  owner: agent.owner,
  purpose: agent.purpose ?? '',
  environment: agent.environment ?? '',
  labels: formatLabels(agent.labels),
  reviewDays: String(agent.review.days),
});

export function AgentSettings({ agent }: { agent: Agent }) {
  const client = useQueryClient();
  const refusal = useRefusal('agent.write');
  const [draft, setDraft] = useState(() => draftOf(agent));
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(agent));
  const save = useMutation({
    mutationFn: () =>
      api<Agent>('PATCH', `/agents/${agent.slug}`, {
        headers: { 'if-match': `"${agent.etag}"` },
        body: {
          name: draft.name,
          owner: draft.owner,
          purpose: draft.purpose.trim() || null,
          environment: draft.environment.trim() || null,
          labels: parseLabels(draft.labels) ?? {},
          reviewDays: Number(draft.reviewDays),
        },
      }),
    onSuccess: () => {
      for (const key of ['agent', 'agents']) client.invalidateQueries({ queryKey: [key] });
      toast.success('Agent saved');
    },
  });
  const wrong = parseLabels(draft.labels) === null ? 'Correct the labels' : reviewDaysProblem(draft.reviewDays);
  const missing = refusal ?? (dirty ? wrong : 'Nothing was changed');
  return (
    <Panel className="max-w-[720px]">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) save.mutate();
        }}
      >
        <AgentFields draft={draft} change={(patch) => setDraft((old) => ({ ...old, ...patch }))} error={save.error} slugFixed />
        <FormError error={save.error} shownFields={AGENT_FIELDS} />
        <div className="flex justify-end gap-2">
          {dirty ? (
            <Button variant="ghost" onClick={() => setDraft(draftOf(agent))}>
              Discard changes
            </Button>
          ) : null}
          <Button type="submit" variant="primary" pending={save.isPending} disabledReason={missing}>
            Save agent
          </Button>
        </div>
      </form>
    </Panel>
  );
}
