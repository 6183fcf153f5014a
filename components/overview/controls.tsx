'use client';

import { Pause, Play } from 'lucide-react';
import { useAllAgents, useAllServers } from '@/components/shared/api/lists';
import { FacetPicker } from '@/components/shared/filter-bar';
import { TimeRange } from '@/components/shared/time-range';
import type { UrlPatch } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import type { Scope } from './scope';

const COMPARE_OPTIONS = [
  { value: 'week', label: 'Against a week before' },
  { value: 'previous', label: 'Against the time before' },
  { value: 'none', label: 'Without comparison' },
];

interface ControlsProps {
  scope: Scope;
  set: (patch: UrlPatch) => void;
  paused: boolean;
  onPause: (paused: boolean) => void;
}

/** What the whole page is about, and whether it follows. */
export function Controls({ scope, set, paused, onPause }: ControlsProps) {
  const servers = useAllServers();
  const agents = useAllAgents();
  const options = (rows: readonly { slug: string }[] | undefined) => (rows ?? []).map(({ slug }) => ({ value: slug, label: slug }));
  return (
    <>
      <FacetPicker
        facet={{ id: 'server', label: 'Server', options: options(servers.data) }}
        value={scope.server ?? ''}
        onChange={(server) => set({ server })}
      />
      <FacetPicker
        facet={{ id: 'agent', label: 'Agent', options: options(agents.data) }}
        value={scope.agent ?? ''}
        onChange={(agent) => set({ agent })}
      />
      <Select
        size="sm"
        label="Compare"
        className="w-52"
        value={scope.compare}
        options={COMPARE_OPTIONS}
        onChange={(compare) => set({ compare: compare === 'week' ? null : compare })}
      />
      <TimeRange state={scope.range} onChange={(patch) => set({ ...patch })} />
      <Button
        size="sm"
        variant="quiet"
        className="w-24"
        label={paused ? 'Numbers stand still. Alerts still come.' : 'Hold the numbers still'}
        onClick={() => onPause(!paused)}
      >
        {paused ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
        {paused ? 'Resume' : 'Pause'}
      </Button>
    </>
  );
}
