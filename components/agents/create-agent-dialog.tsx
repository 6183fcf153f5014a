'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Agent } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useMe } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { REVIEW_DAYS_DEFAULT } from '@/lib/domain/life-cycle';
import { AGENT_FIELDS, type AgentDraft, AgentFields, parseLabels, reviewDaysProblem } from './agent-form';

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);

export function CreateAgentDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const client = useQueryClient();
  const me = useMe();
  const [draft, setDraft] = useState<AgentDraft>({
    name: '',
    slug: '',
    owner: me.data?.email ?? '',
    purpose: '',
    environment: '',
    labels: '',
    reviewDays: String(REVIEW_DAYS_DEFAULT),
  });
  const [slugTouched, setSlugTouched] = useState(false);
  const change = (patch: Partial<AgentDraft>) => {
    if (patch.slug !== undefined) setSlugTouched(true);
    setDraft((old) => ({ ...old, ...patch, ...(patch.name !== undefined && !slugTouched ? { slug: slugOf(patch.name) } : {}) }));
  };
  const create = useMutation({
    mutationFn: () =>
      api<Agent>('POST', '/agents', {
        body: {
          slug: draft.slug,
          name: draft.name,
          owner: draft.owner,
          purpose: draft.purpose.trim() || null,
          environment: draft.environment.trim() || null,
          labels: parseLabels(draft.labels) ?? {},
          reviewDays: Number(draft.reviewDays),
        },
      }),
    onSuccess: (agent) => {
      client.invalidateQueries({ queryKey: ['agents'] });
      router.push(`/agents/${agent.slug}?grant=new`);
    },
  });
  const missing = !draft.name.trim()
    ? 'Give the agent a name'
    : !draft.owner.trim()
      ? 'Name an owner'
      : parseLabels(draft.labels) === null
        ? 'Correct the labels'
        : reviewDaysProblem(draft.reviewDays);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={draft.name === ''}
      title="Create agent"
      description="It reaches nothing until you grant it a server, which is the next step."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={create.isPending} disabledReason={missing} onClick={() => create.mutate()}>
            Create agent
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) create.mutate();
        }}
        className="flex flex-col gap-4"
      >
        <AgentFields draft={draft} change={change} error={create.error} />
        <FormError error={create.error} shownFields={AGENT_FIELDS} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
