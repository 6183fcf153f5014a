'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';
import { api, type Page, queryString } from '@/components/shared/api/client';
import { useAllAgents } from '@/components/shared/api/lists';
import type { AuditDetail, AuditRow, Grant } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { FormError } from '@/components/shared/form-error';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/popover';
import { factsOfTarget, type TargetMethod } from '@/lib/domain/target-methods';
import { isJsonObject } from '@/lib/kernel/json';
import { REDACTED } from '@/lib/policy/redact';
import type { TriedState } from './tried-call';

interface RecordedCallsProps {
  server: string;
  method: 'tools/call' | TargetMethod;
  /** Only calls of this tool, when one is chosen. */
  tool: string;
  onPick: (state: TriedState) => void;
}

/** The latest recorded calls of the server, or other requests, to be decided again by the text in the editor. */
export function RecordedCalls({ server, method, tool, onPick }: RecordedCallsProps) {
  const [open, setOpen] = useState(false);
  const agents = useAllAgents(open);
  const calls = useQuery({
    queryKey: ['audit', 'try', server, method, tool],
    queryFn: ({ signal }) => api<Page<AuditRow>>('GET', `/audit${queryString({ server, method, limit: 20, tool })}`, { signal }),
    enabled: open,
    staleTime: 10_000,
  });
  const pick = useMutation({
    mutationFn: async (row: AuditRow) => {
      const [event, grants] = await Promise.all([
        api<AuditDetail>('GET', `/audit/${row.id}`),
        row.grant === null || row.agent === null
          ? []
          : api<Page<Grant>>('GET', `/grants${queryString({ server, agent: row.agent, limit: 100 })}`).then((page) => page.items),
      ]);
      return { event, grant: grants.find((one) => one.id === row.grant) };
    },
    onSuccess: ({ event, grant }) => {
      const agent = agents.data?.find((one) => one.slug === event.agent);
      const shown = event.arguments.shown && isJsonObject(event.arguments.value) ? event.arguments.value : null;
      const notes = [
        ...(event.arguments.shown || method === 'resources/read' ? [] : [`Its arguments are not shown: ${event.arguments.why}`]),
        ...(JSON.stringify(shown ?? {}).includes(REDACTED)
          ? ['Some of its arguments were redacted when it was recorded; put values of your own in their place.']
          : []),
        ...(event.agent !== null && agent === undefined ? [`The agent ${event.agent} is no longer known.`] : []),
        ...(event.grant !== null && grant === undefined ? ['Its grant is no longer known: rules on scopes and purpose see none.'] : []),
        'Counters are taken as unused; what they stood at then is not recorded with the call.',
      ];
      onPick({
        call: {
          ...(method === 'tools/call' ? { tool: event.tool ?? '' } : { method, tool: factsOfTarget(method).ask ?? event.target ?? '' }),
          arguments: shown ?? {},
          agent: agent
            ? { slug: agent.slug, name: agent.name, owner: agent.owner, environment: agent.environment, labels: agent.labels }
            : null,
          grant: grant ? { scopes: grant.scopes, purpose: grant.purpose } : null,
          client: event.client ? { name: event.client.name, version: event.client.version ?? '' } : null,
          at: Date.parse(event.at),
          counters: {},
        },
        notes,
      });
      setOpen(false);
    },
  });
  return (
    <Popover
      label="Recorded calls"
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-[min(420px,92vw)] p-1"
      trigger={
        <Button size="sm" variant="ghost" className="px-1.5">
          <History aria-hidden className="size-3.5" />
          From a recorded call
        </Button>
      }
    >
      <FormError error={calls.error ?? pick.error} />
      {calls.data?.items.length === 0 ? (
        <p className="p-3 text-ink-2">
          {method !== 'tools/call'
            ? `No ${method} is recorded yet.`
            : tool === ''
              ? 'No call to this server is recorded yet.'
              : `No call of ${tool} is recorded yet.`}
        </p>
      ) : null}
      <ul className="max-h-80 overflow-y-auto">
        {calls.data?.items.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              onClick={() => pick.mutate(row)}
              className="grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 rounded-[5px] px-2 py-1.5 text-left hover:bg-hover focus-visible:bg-selected"
            >
              <span className="truncate font-mono text-meta">
                <InertText text={row.tool ?? row.target ?? ''} max={80} />
              </span>
              <DecisionChip decision={row.decision} />
              <span className="truncate text-meta text-ink-3">{row.agent ?? 'no agent'}</span>
              <span className="text-meta text-ink-3">
                <Time at={row.at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
