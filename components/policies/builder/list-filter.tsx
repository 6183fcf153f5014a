'use client';

import { ListFilter as Icon } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Popover } from '@/components/ui/popover';
import { isFiltering, NO_FILTER, type RowFilter } from './rows';

const STATES = [
  ['allowed', 'Allowed'],
  ['needs_approval', 'Asks'],
  ['limited', 'Limited'],
  ['denied', 'Denied'],
  ['hidden', 'Hidden'],
  ['inherit', 'Inherited'],
] as const;
const RISKS = [
  ['critical', 'Critical'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
] as const;
const ONLY = [
  ['changed', 'Changed since live'],
  ['problem', 'With a problem'],
  ['rules', 'With rules'],
] as const;

/** By state, risk, change and problem; what is chosen within a group joins by or, groups by and. */
export function ListFilter({ filter, onFilter }: { filter: RowFilter; onFilter: (filter: RowFilter) => void }) {
  const count = filter.states.size + filter.risks.size + filter.only.size;
  const toggle = <T extends string>(set: ReadonlySet<T>, name: T): ReadonlySet<T> => {
    const next = new Set(set);
    if (!next.delete(name)) next.add(name);
    return next;
  };
  return (
    <Popover
      label="Filter tools"
      className="w-60"
      trigger={
        <Button size="sm" variant={count > 0 ? 'outline' : 'ghost'} className="px-1">
          <Icon aria-hidden className="size-3.5" />
          {count > 0 ? `Filter (${count})` : 'Filter'}
        </Button>
      }
    >
      <div className="flex flex-col gap-2.5">
        <fieldset className="flex flex-col gap-0.5">
          <legend className="pb-1 text-meta font-medium text-ink-3">State</legend>
          {STATES.map(([name, label]) => (
            <Checkbox
              key={name}
              label={label}
              checked={filter.states.has(name)}
              onChange={() => onFilter({ ...filter, states: toggle(filter.states, name) })}
            />
          ))}
        </fieldset>
        <fieldset className="flex flex-col gap-0.5">
          <legend className="pb-1 text-meta font-medium text-ink-3">Risk</legend>
          {RISKS.map(([name, label]) => (
            <Checkbox
              key={name}
              label={label}
              checked={filter.risks.has(name)}
              onChange={() => onFilter({ ...filter, risks: toggle(filter.risks, name) })}
            />
          ))}
        </fieldset>
        <fieldset className="flex flex-col gap-0.5">
          <legend className="pb-1 text-meta font-medium text-ink-3">Only</legend>
          {ONLY.map(([name, label]) => (
            <Checkbox
              key={name}
              label={label}
              checked={filter.only.has(name)}
              onChange={() => onFilter({ ...filter, only: toggle(filter.only, name) })}
            />
          ))}
        </fieldset>
        {isFiltering(filter) ? (
          <Button size="sm" onClick={() => onFilter(NO_FILTER)}>
            Clear filters
          </Button>
        ) : null}
      </div>
    </Popover>
  );
}
