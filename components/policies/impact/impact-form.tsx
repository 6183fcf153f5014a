'use client';

import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useAllAgents } from '@/components/shared/api/lists';
import { TimeField } from '@/components/shared/time-field';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Popover } from '@/components/ui/popover';
import { Select } from '@/components/ui/select';
import type { SimulationChoice } from './use-simulations';

const RANGES = [
  ['1', 'Last day'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['custom', 'Custom range'],
] as const;

interface ImpactFormProps {
  hasLive: boolean;
  refusal: string | null;
  pending: boolean;
  onStart: (choice: SimulationChoice) => void;
}

/** Which recorded calls are replayed, and what they are compared with. */
export function ImpactForm({ hasLive, refusal, pending, onStart }: ImpactFormProps) {
  const [range, setRange] = useState('7');
  const [start, setStart] = useState<string | null>(null);
  const [end, setEnd] = useState<string | null>(null);
  const [agents, setAgents] = useState<ReadonlySet<string>>(new Set());
  const [against, setAgainst] = useState<'recorded' | 'live'>('recorded');
  const [counters, setCounters] = useState<'warm' | 'empty'>('warm');
  const all = useAllAgents();
  const custom = range === 'custom';
  const mistake = !custom
    ? null
    : start === null
      ? 'Choose where the range begins'
      : end !== null && Date.parse(end) <= Date.parse(start)
        ? 'The range ends before it begins'
        : null;
  const simulate = () =>
    onStart({
      ...(custom && start !== null ? { from: start, ...(end === null ? {} : { to: end }) } : { days: Number(range) }),
      ...(agents.size === 0 ? {} : { agents: [...agents] }),
      against,
      counters,
    });
  return (
    <div className="flex flex-col gap-2 border-line-soft border-b p-3">
      <div className="flex flex-wrap items-center gap-2">
        <Select size="sm" label="Range" value={range} onChange={setRange} options={RANGES.map(([value, label]) => ({ value, label }))} />
        <Popover
          label="Agents"
          trigger={
            <Button size="sm" variant="quiet">
              {agents.size === 0 ? 'All agents' : `${agents.size} ${agents.size === 1 ? 'agent' : 'agents'}`}
            </Button>
          }
        >
          <div className="flex max-h-72 flex-col gap-1 overflow-y-auto">
            {(all.data ?? []).map((agent) => (
              <Checkbox
                key={agent.id}
                label={agent.name}
                checked={agents.has(agent.slug)}
                onChange={(on) => setAgents(new Set(on ? [...agents, agent.slug] : [...agents].filter((slug) => slug !== agent.slug)))}
              />
            ))}
            {all.data?.length === 0 ? <p className="text-ink-2">There are no agents yet.</p> : null}
          </div>
        </Popover>
        <Popover
          label="How it is compared"
          trigger={
            <Button size="sm" variant="ghost">
              Options
            </Button>
          }
        >
          <div className="flex flex-col gap-3">
            <Field label="Compared with">
              <Select
                size="sm"
                value={against}
                onChange={(value) => setAgainst(value as 'recorded' | 'live')}
                options={[
                  { value: 'recorded', label: 'What was recorded', hint: 'how each call went at the time' },
                  { value: 'live', label: 'The live version', hint: 'replayed on the same calls', disabled: !hasLive },
                ]}
              />
            </Field>
            <Field label="Limits start">
              <Select
                size="sm"
                value={counters}
                onChange={(value) => setCounters(value as 'warm' | 'empty')}
                options={[
                  { value: 'warm', label: 'With what was used before' },
                  { value: 'empty', label: 'At zero' },
                ]}
              />
            </Field>
          </div>
        </Popover>
        <Button size="sm" variant="primary" className="ml-auto" pending={pending} disabledReason={refusal ?? mistake} onClick={simulate}>
          <FlaskConical aria-hidden className="size-3.5" />
          Simulate
        </Button>
      </div>
      {custom ? (
        <div className="grid grid-cols-2 gap-2">
          <TimeField label="From" value={start} onChange={setStart} error={start === null ? null : mistake} />
          <TimeField label="To" value={end} onChange={setEnd} optional hint="now when empty" />
        </div>
      ) : null}
    </div>
  );
}
