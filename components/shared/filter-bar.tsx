'use client';

import { ListFilter, Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { useShortcuts } from './shortcuts';
import { useUrlState } from './url-state';

export interface Facet {
  /** Name of the URL parameter and of the API's filter. */
  id: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** One value instead of several. */
  single?: boolean;
}

/** The filters of a list, in the address. Values of one facet are alternatives; facets narrow each other. */
export function useFilters(facets: readonly Facet[]) {
  const { get, set } = useUrlState();
  const values: Record<string, string | null> = { q: get('q') };
  for (const facet of facets) values[facet.id] = get(facet.id);
  const active = [...facets.filter((facet) => values[facet.id]).map((facet) => facet.id), ...(values.q ? ['q'] : [])];
  return {
    values,
    active,
    set,
    clear: () => set(Object.fromEntries(active.map((name) => [name, null]))),
    clearLast: () => set({ [active.at(-1) ?? 'q']: null }),
  };
}

interface FilterBarProps {
  facets: readonly Facet[];
  filters: ReturnType<typeof useFilters>;
  searchLabel: string;
  children?: ReactNode;
}

export function FilterBar({ facets, filters, searchLabel, children }: FilterBarProps) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-line-soft border-b px-3 py-2">
      <SearchBox value={filters.values.q ?? ''} label={searchLabel} onChange={(q) => filters.set({ q })} />
      {facets.map((facet) => (
        <FacetPicker
          key={facet.id}
          facet={facet}
          value={filters.values[facet.id] ?? ''}
          onChange={(value) => filters.set({ [facet.id]: value })}
        />
      ))}
      {filters.active.length > 0 ? (
        <Button size="sm" variant="ghost" onClick={filters.clear}>
          Clear
        </Button>
      ) : null}
      {children ? <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div> : null}
    </div>
  );
}

function SearchBox({ value, label, onChange }: { value: string; label: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 250);
    return () => clearTimeout(timer);
  });
  useShortcuts({ '/': () => box.current?.focus() });
  return (
    <div className="relative w-full sm:w-60">
      <Search aria-hidden className="pointer-events-none absolute top-1.5 left-2 size-4 text-ink-3" />
      <Input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            setText('');
            event.currentTarget.blur();
          }
        }}
        className="h-7 pl-7.5"
      />
    </div>
  );
}

/** One filter by itself, for pages without a list. */
export function FacetPicker({ facet, value, onChange }: { facet: Facet; value: string; onChange: (value: string | null) => void }) {
  const chosen = value ? value.split(',') : [];
  const names = chosen.map((one) => facet.options.find((option) => option.value === one)?.label ?? one);
  const toggle = (one: string, on: boolean) => {
    if (facet.single) return onChange(on ? one : null);
    onChange((on ? [...chosen, one] : chosen.filter((other) => other !== one)).join(','));
  };
  return (
    <span className="inline-flex items-center">
      <Popover
        label={`Filter by ${facet.label.toLowerCase()}`}
        className="max-h-80 w-60 overflow-y-auto p-2"
        trigger={
          <Button
            size="sm"
            variant={chosen.length ? 'outline' : 'quiet'}
            className={chosen.length ? 'rounded-r-none border-r-0 bg-accent-soft' : 'border-dashed'}
          >
            {chosen.length ? null : <ListFilter aria-hidden className="size-3.5" />}
            <span className={chosen.length ? 'text-ink-2' : ''}>{facet.label}</span>
            {chosen.length ? (
              <span className="max-w-40 truncate">{names.length > 2 ? `${names.length} chosen` : names.join(', ')}</span>
            ) : null}
          </Button>
        }
      >
        <div className="flex flex-col gap-1">
          {facet.options.length === 0 ? <p className="p-1 text-ink-3">Nothing to choose from yet.</p> : null}
          {facet.options.map((option) => (
            <Checkbox
              key={option.value}
              checked={chosen.includes(option.value)}
              onChange={(on) => toggle(option.value, on)}
              label={option.label}
            />
          ))}
        </div>
      </Popover>
      {chosen.length ? (
        <Button
          size="icon"
          variant="outline"
          className="rounded-l-none bg-accent-soft"
          label={`Remove filter ${facet.label}`}
          onClick={() => onChange(null)}
        >
          <X aria-hidden className="size-3.5" />
        </Button>
      ) : null}
    </span>
  );
}
