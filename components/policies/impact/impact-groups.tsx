'use client';

import { ArrowRight, ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import type { Simulation } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatCount, plural } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import type { Cell } from './impact-matrix';

type Result = NonNullable<Simulation['result']>;
type Group = Result['groups'][number];
type Sample = Group['samples'][number];

const BY = [
  ['tool', 'By tool or target'],
  ['agent', 'By agent'],
  ['rule', 'By rule'],
] as const;
const SHOWN = 12;

interface ImpactGroupsProps {
  result: Result;
  cell: Cell | null;
  onSelect: (pointer: string) => void;
}

/** What changes, gathered by tool, agent or rule, each with calls that can be looked at. */
export function ImpactGroups({ result, cell, onSelect }: ImpactGroupsProps) {
  const [by, setBy] = useState<Group['by']>('tool');
  const [all, setAll] = useState(false);
  const matching = (group: Group) =>
    cell === null || cell.from === cell.to
      ? group.changed
      : group.transitions.filter((one) => one.from === cell.from && one.to === cell.to).reduce((sum, one) => sum + one.calls, 0);
  const groups = result.groups.filter((group) => group.by === by && matching(group) > 0).sort((a, b) => matching(b) - matching(a));
  const shown = all ? groups : groups.slice(0, SHOWN);
  return (
    <section aria-label="Changed calls" className="flex flex-col gap-1.5">
      <div role="tablist" aria-label="Group changed calls" className="flex gap-1">
        {BY.map(([value, label]) => (
          <button
            key={value}
            type="button"
            role="tab"
            aria-selected={by === value}
            onClick={() => {
              setBy(value);
              setAll(false);
            }}
            className="min-h-6 rounded-[5px] px-2 text-ink-2 hover:bg-hover aria-selected:bg-selected aria-selected:text-ink"
          >
            {label}
          </button>
        ))}
      </div>
      {groups.length === 0 ? <p className="py-2 text-ink-2">No call changes{cell === null ? '' : ' in this cell'}.</p> : null}
      <ul>
        {shown.map((group) => (
          <GroupRow key={group.key} group={group} changed={matching(group)} cell={cell} onSelect={onSelect} />
        ))}
      </ul>
      {groups.length > shown.length ? (
        <Button size="sm" variant="ghost" className="self-start" onClick={() => setAll(true)}>
          Show all {groups.length}
        </Button>
      ) : null}
      {result.omittedGroups > 0 ? (
        <p className="text-meta text-ink-3">{plural(result.omittedGroups, 'group')} with the fewest changes are left out.</p>
      ) : null}
    </section>
  );
}

function GroupRow({
  group,
  changed,
  cell,
  onSelect,
}: {
  group: Group;
  changed: number;
  cell: Cell | null;
  onSelect: (pointer: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const samples = group.samples.filter((one) => cell === null || cell.from === cell.to || (one.from === cell.from && one.to === cell.to));
  return (
    <li className="border-line-soft border-t">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="grid w-full grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-2 py-1 text-left -outline-offset-2 hover:bg-hover"
      >
        <ChevronRight aria-hidden className={cn('size-3.5 text-ink-3 transition-transform', open && 'rotate-90')} />
        <span className="truncate font-mono text-meta" title={group.key}>
          <InertText text={group.key} max={120} />
        </span>
        <span className="num text-ink-2">
          {formatCount(changed)} of {formatCount(group.calls)}
        </span>
      </button>
      {open ? (
        <div className="flex flex-col gap-1 pb-2 pl-5">
          {group.by === 'rule' && group.key.startsWith('/') ? (
            <Button size="sm" variant="link" className="self-start" onClick={() => onSelect(group.key)}>
              Show the rule
            </Button>
          ) : null}
          {group.transitions.map((one) => (
            <p key={`${one.from} ${one.to}`} className="flex items-center gap-1.5">
              <span className="num w-12 text-right text-ink-2">{formatCount(one.calls)}</span>
              <DecisionChip decision={one.from} />
              <ArrowRight aria-label="become" className="size-3.5 text-ink-3" />
              <DecisionChip decision={one.to} />
            </p>
          ))}
          <SampleList samples={samples} onSelect={onSelect} />
        </div>
      ) : null}
    </li>
  );
}

/** Recorded calls as examples: what was, what would be, by which rule. */
export function SampleList({ samples, onSelect }: { samples: readonly Sample[]; onSelect: (pointer: string) => void }) {
  if (samples.length === 0) return null;
  return (
    <ul aria-label="Examples" className="flex flex-col gap-1 border-line border-l-2 pl-2">
      {samples.map((sample) => (
        <li key={sample.event} className="flex flex-wrap items-center gap-x-2 text-meta text-ink-2">
          <Link href={`/activity/${sample.event}`} className="text-accent underline-offset-2 hover:underline">
            <Time at={sample.at} />
          </Link>
          <span>{sample.agent ?? 'no agent'}</span>
          <span className="font-mono">
            <InertText text={sample.tool} max={60} />
          </span>
          {sample.rule.startsWith('/') ? (
            <button
              type="button"
              className="break-all font-mono text-accent underline-offset-2 hover:underline"
              onClick={() => onSelect(sample.rule)}
            >
              {sample.rule}
            </button>
          ) : (
            <span className="font-mono">{sample.rule}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
