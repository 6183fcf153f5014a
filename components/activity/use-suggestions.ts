'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { AuditFacets } from '@/components/shared/api/wire';
import { CALL_FILTERS, FACETS, valueWords } from './call-filters';
import { typedNow } from './query-tokens';
import type { CallFilters } from './use-call-filters';

export interface Suggestion {
  /** What takes the place of what is being typed. */
  readonly insert: string;
  readonly words: string;
  readonly calls: number | null;
  /** A whole filter, which can be applied at once. */
  readonly whole: boolean;
}

const SHOWN = 12;

/** Names of filters, then the values that calls of the present filter have, the most frequent first. */
export function useSuggestions(text: string, filters: CallFilters, open: boolean): readonly Suggestion[] {
  const typed = typedNow(text);
  const facet = FACETS.find(({ name }) => name === typed.name);
  const part = useDeferredValue(typed.part.split(',').at(-1) ?? '');
  const found = useQuery({
    queryKey: ['audit-facets', 'complete', facet?.name, part, filters.values, filters.range],
    queryFn: ({ signal }) =>
      api<AuditFacets>(
        'GET',
        `/audit/facets${queryString({ ...filters.values, ...filters.bounds(Date.now()), facet: facet?.name, match: part, values: SHOWN })}`,
        { signal },
      ),
    enabled: open && facet !== undefined && !facet.values,
    placeholderData: keepPreviousData,
  });
  if (!open) return [];
  if (typed.name === null) {
    if (text !== '' && typed.part === '') return [];
    return [
      ...CALL_FILTERS.map(({ name, label }) => ({ name: name as string, label })),
      { name: 'latency', label: 'Time of the upstream, such as >500' },
    ]
      .filter(({ name }) => name.startsWith(typed.part.toLowerCase()))
      .map(({ name, label }) => ({ insert: `${name}:`, words: label, calls: null, whole: false }));
  }
  if (typed.name === 'latency')
    return ['>500', '>1s', '<100'].map((value) => ({ insert: `latency:${value}`, words: '', calls: null, whole: true }));
  if (!facet) return [];
  const suggestion = (value: string, calls: number | null): Suggestion => {
    const words = valueWords(facet.name, value);
    return {
      insert: `${facet.name}:${/[\s"]/.test(value) ? `"${value}"` : value}`,
      words: words === value ? '' : words,
      calls,
      whole: true,
    };
  };
  if (facet.values) return facet.values.filter((value) => value.includes(part.toLowerCase())).map((value) => suggestion(value, null));
  return (found.data?.facets.find(({ name }) => name === facet.name)?.values ?? []).map(({ value, calls }) => suggestion(value, calls));
}
