'use client';

import { useCallback, useMemo } from 'react';
import { type RangeState, rangeBounds } from '@/components/shared/time-range';
import { useUrlState } from '@/components/shared/url-state';
import { FILTER_PARAMETERS, type FilterValues } from './call-filters';
import { type ChangeColumns, columnChoice, columnsText } from './column-choice';
import { type Token, tokensOf, withoutToken } from './query-tokens';

/** The filters and the time range of the list, which are the page's address. */
export function useCallFilters() {
  const { get, set, search } = useUrlState();
  const { values, range } = useMemo(() => read(new URLSearchParams(search)), [search]);
  const columns = useMemo(() => columnChoice(new URLSearchParams(search).get('columns')), [search]);
  const tokens = useMemo(() => tokensOf(values), [values]);
  const toggle = useCallback(
    (name: keyof FilterValues, value: string) => {
      const chosen = values[name]?.split(',') ?? [];
      const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
      set({ [name]: next.join(',') || null, at: null });
    },
    [values, set],
  );
  const changeColumns: ChangeColumns = useCallback(
    (change) => {
      // The next key may come before the page has seen what the last one did; the address has.
      const next = change(columnChoice(new URLSearchParams(window.location.search).get('columns')).shown);
      set({ columns: columnsText(next) });
      return next;
    },
    [set],
  );
  return {
    values,
    range,
    tokens,
    /** The columns of the list and their order. */
    columns,
    changeColumns,
    /** Rows start below this time; null is the end of the range. */
    at: get('at'),
    selected: get('sel'),
    live: get('live') === '1',
    set,
    toggle,
    remove: (token: Token) => set({ ...withoutToken(values, token), at: null }),
    clear: () => set({ ...Object.fromEntries(FILTER_PARAMETERS.map((name) => [name, null])), at: null }),
    clearLast: () => {
      const last = tokens.at(-1);
      if (last) set({ ...withoutToken(values, last), at: null });
    },
    bounds: (nowMs: number) => rangeBounds(range, nowMs),
  };
}

function read(present: URLSearchParams): { values: FilterValues; range: RangeState } {
  return {
    values: Object.fromEntries(FILTER_PARAMETERS.map((name) => [name, present.get(name)])),
    range: { range: present.get('range'), from: present.get('from'), to: present.get('to') },
  };
}

export type CallFilters = ReturnType<typeof useCallFilters>;
