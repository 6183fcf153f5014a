'use client';

import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { AuditFacets } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { type CallFilter, FACETS, valueWords } from './call-filters';
import type { CallFilters } from './use-call-filters';

const SHOWN = 6;
const OPEN: ReadonlySet<string> = new Set(['decision', 'outcome', 'risk', 'server', 'agent', 'tool']);

/** What the calls of the filter are made of, with counts; the counts of a facet say what another choice there would give. */
export function FacetRail({ filters, data, stale }: { filters: CallFilters; data: AuditFacets | undefined; stale: boolean }) {
  return (
    <div className={cn('flex flex-col gap-1 transition-opacity', stale && 'opacity-60')} aria-busy={stale || !data}>
      {FACETS.map((facet) => (
        <FacetGroup key={facet.name} facet={facet} filters={filters} found={data?.facets.find(({ name }) => name === facet.name)} />
      ))}
    </div>
  );
}

function FacetGroup({
  facet,
  filters,
  found,
}: {
  facet: CallFilter;
  filters: CallFilters;
  found: AuditFacets['facets'][number] | undefined;
}) {
  const chosen = filters.values[facet.name]?.split(',') ?? [];
  const [opened, setOpened] = useState(OPEN.has(facet.name) || chosen.length > 0);
  const [all, setAll] = useState(false);
  const values = found?.values ?? [];
  // A choice that no call has stays in sight, so that it can be taken back.
  const missing = chosen.filter((value) => !values.some((one) => one.value === value)).map((value) => ({ value, calls: 0 }));
  const listed = [...(all ? values : values.slice(0, SHOWN)), ...missing];
  const top = values[0]?.calls ?? 0;
  return (
    <section aria-label={facet.label} className="border-line-soft border-b pb-1 last:border-b-0">
      <h3>
        <button
          type="button"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
          className="flex h-7 w-full items-center gap-1.5 rounded-control px-1 text-meta font-medium text-ink-2 hover:bg-hover hover:text-ink"
        >
          <ChevronDown aria-hidden className={cn('size-3.5 text-ink-3', !opened && '-rotate-90')} />
          {facet.label}
          {chosen.length > 0 ? <span className="num ml-auto rounded-full bg-accent-soft px-1.5 text-ink">{chosen.length}</span> : null}
        </button>
      </h3>
      {opened ? (
        <ul className="flex flex-col">
          {listed.map(({ value, calls }) => (
            <li key={value}>
              <FacetValue
                name={facet.name}
                value={value}
                calls={calls}
                share={top === 0 ? 0 : calls / top}
                chosen={chosen.includes(value)}
                onToggle={() => filters.toggle(facet.name, value)}
              />
            </li>
          ))}
          {listed.length === 0 ? (
            <li className="px-2 py-1 text-meta text-ink-3">{found ? 'Nothing in this filter' : 'Counting …'}</li>
          ) : null}
          {values.length > SHOWN ? (
            <li>
              <button
                type="button"
                className="h-6 rounded-control px-2 text-meta text-accent hover:underline"
                onClick={() => setAll(!all)}
                aria-expanded={all}
              >
                {all ? 'Show fewer' : `Show ${values.length - SHOWN}${found?.more ? ' of more' : ''} more`}
              </button>
            </li>
          ) : null}
        </ul>
      ) : null}
    </section>
  );
}

interface FacetValueProps {
  name: string;
  value: string;
  calls: number;
  share: number;
  chosen: boolean;
  onToggle: () => void;
}

function FacetValue({ name, value, calls, share, chosen, onToggle }: FacetValueProps) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={chosen}
      title={value}
      data-facet-value={`${name}:${value}`}
      onClick={onToggle}
      className={cn(
        'relative flex min-h-6 w-full items-center gap-2 overflow-hidden rounded-control px-2 text-left text-meta hover:bg-hover',
        chosen ? 'font-medium text-ink' : 'text-ink-2',
      )}
    >
      <span
        aria-hidden
        className={cn(
          'flex size-3.5 shrink-0 items-center justify-center rounded-[3px] border',
          chosen ? 'border-accent bg-accent text-accent-ink' : 'border-control bg-surface',
        )}
      >
        {chosen ? '✓' : ''}
      </span>
      <span className="min-w-0 flex-1 truncate">
        <InertText text={valueWords(name, value)} max={60} />
      </span>
      <span className="num shrink-0 text-ink-3">{formatCount(calls)}</span>
      <span aria-hidden className="absolute bottom-0 left-7 h-px bg-ink-3/40" style={{ width: `${Math.max(2, share * 60)}%` }} />
    </button>
  );
}
