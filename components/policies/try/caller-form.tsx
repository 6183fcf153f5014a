'use client';

import { useQuery } from '@tanstack/react-query';
import { api, type Page, queryString } from '@/components/shared/api/client';
import { useAllAgents } from '@/components/shared/api/lists';
import type { Grant } from '@/components/shared/api/wire';
import { TimeField } from '@/components/shared/time-field';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import type { TriedCall } from '@/lib/policy/try-call';

interface CallerFormProps {
  server: string;
  call: TriedCall;
  onChange: (part: Partial<TriedCall>) => void;
}

const NOBODY = '__nobody';

/** Who calls, under which grant and when: what rules about the caller and the time look at. */
export function CallerForm({ server, call, onChange }: CallerFormProps) {
  const agents = useAllAgents();
  const slug = call.agent?.slug ?? null;
  const grants = useQuery({
    queryKey: ['grants', 'try', server, slug],
    queryFn: ({ signal }) => api<Page<Grant>>('GET', `/grants${queryString({ server, agent: slug ?? '', limit: 50 })}`, { signal }),
    enabled: slug !== null && (agents.data?.some((agent) => agent.slug === slug) ?? false),
  });
  const grant = grants.data?.items.find(
    (one) => one.purpose === (call.grant?.purpose ?? null) && one.scopes.join(' ') === (call.grant?.scopes ?? []).join(' '),
  );
  return (
    <div className="grid gap-2.5 sm:grid-cols-2">
      <Field label="Agent" hint="For rules that look at the agent.">
        <Select
          size="sm"
          value={slug ?? NOBODY}
          onChange={(value) => {
            const agent = agents.data?.find((one) => one.slug === value);
            if (agent === undefined) return onChange({ agent: null, grant: null });
            const { name, owner, environment, labels } = agent;
            onChange({ agent: { slug: agent.slug, name, owner, environment, labels }, grant: null });
          }}
          options={[
            { value: NOBODY, label: 'Nobody in particular' },
            ...(slug !== null && !agents.data?.some((agent) => agent.slug === slug) ? [{ value: slug, label: slug }] : []),
            ...(agents.data ?? []).map((agent) => ({ value: agent.slug, label: agent.name, hint: agent.environment ?? undefined })),
          ]}
        />
      </Field>
      <Field label="Grant" hint="For its scopes and purpose.">
        <Select
          size="sm"
          disabled={(grants.data?.items.length ?? 0) === 0}
          value={grant?.id ?? NOBODY}
          onChange={(value) => {
            const chosen = grants.data?.items.find((one) => one.id === value);
            onChange({ grant: chosen ? { scopes: chosen.scopes, purpose: chosen.purpose } : null });
          }}
          options={[
            { value: NOBODY, label: 'No scopes, no purpose' },
            ...(grants.data?.items ?? []).map((one) => ({
              value: one.id,
              label: one.label ?? one.purpose ?? one.id,
              hint: one.scopes.length === 0 ? undefined : one.scopes.join(', '),
            })),
          ]}
        />
      </Field>
      <TimeField
        label="At"
        hint="Now when empty. For rules about hours and days."
        value={call.at === null ? null : new Date(call.at).toISOString()}
        onChange={(at) => onChange({ at: at === null ? null : Date.parse(at) })}
      />
      <Field label="Client" optional hint="The program's name, for rules on client.name.">
        <Input
          value={call.client?.name ?? ''}
          onChange={(event) =>
            onChange({
              client: event.target.value === '' ? null : { name: event.target.value, version: call.client?.version ?? '1.0.0' },
            })
          }
        />
      </Field>
    </div>
  );
}
