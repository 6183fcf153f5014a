'use client';

import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { AuditPage, AuditRow } from '@/components/shared/api/wire';
import { useLiveMessages } from '@/components/shared/live/live-provider';
import type { CallFilters } from './use-call-filters';

const HEAD = 50;
/** What live mode keeps in the page; older rows come by scrolling. */
export const LIVE_ROWS_MAX = 500;
/** A list stops growing here and goes on from its last row, so that a page left open does not fill the memory. */
export const ROWS_MAX = 10_000;
const GATHER_MS = 700;
type Pages = InfiniteData<AuditPage, string | null>;

/**
 * The audit list. Nothing moves by itself: new rows wait behind a count until they are asked for, or until live mode
 * sees that nobody is reading. Rows that are already shown get their outcome in place.
 */
export function useActivity(filters: CallFilters, reading: () => boolean) {
  const { values, range, at, live, bounds } = filters;
  const client = useQueryClient();
  const key = ['audit', values, range, at] as const;
  const keyText = JSON.stringify(key);
  const query = useInfiniteQuery<AuditPage, Error, Pages, readonly unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => {
      const { from, to } = bounds(Date.now());
      return api('GET', `/audit${queryString({ ...values, from, to: at ?? to, limit: 100, cursor: pageParam })}`, { signal });
    },
    initialPageParam: null,
    getNextPageParam: (last, pages) => (rowsIn(pages) >= ROWS_MAX ? null : last.nextCursor),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const [fresh, setFresh] = useState<AuditRow[]>([]);
  const [divider, setDivider] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters are another list, so what waited belongs to none
  useEffect(() => {
    setFresh([]);
    setDivider(null);
  }, [keyText]);
  const rows = query.data?.pages.flatMap((page) => page.items);

  const show = useCallback(
    (add: readonly AuditRow[]) => {
      const listKey = JSON.parse(keyText) as unknown[];
      const newest = client.getQueryData<Pages>(listKey)?.pages[0]?.items[0]?.id ?? null;
      if (add.length >= HEAD) void client.resetQueries({ queryKey: listKey });
      else {
        client.setQueryData<Pages>(listKey, (old) => prepend(old, add));
        // The line stays where it was while nobody looks, so that it parts what was seen from what came.
        setDivider((before) => before ?? newest);
      }
      setFresh([]);
    },
    [client, keyText],
  );

  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveMessages('call', () => {
    // A list that ends in the past gets no new rows.
    if (range.to || at || timer.current) return;
    timer.current = setTimeout(async () => {
      timer.current = undefined;
      const listKey = JSON.parse(keyText) as unknown[];
      const head = await api<AuditPage>('GET', `/audit${queryString({ ...values, ...bounds(Date.now()), limit: HEAD })}`).catch(() => null);
      if (!head) return;
      const shown = new Set((client.getQueryData<Pages>(listKey)?.pages ?? []).flatMap((page) => page.items.map((row) => row.id)));
      client.setQueryData<Pages>(listKey, (old) => settle(old, head.items));
      const add = head.items.filter((row) => !shown.has(row.id));
      if (live && !reading()) show(add);
      else setFresh(add);
    }, GATHER_MS);
  });
  const last = query.data?.pages.at(-1);
  return {
    ...query,
    rows,
    fresh,
    divider,
    coverage: last?.coverage ?? null,
    /** The list is as long as it gets, and there is more. */
    full: last?.nextCursor != null && rowsIn(query.data?.pages ?? []) >= ROWS_MAX,
    showFresh: () => {
      setDivider(null);
      show(fresh);
    },
  };
}

const rowsIn = (pages: readonly AuditPage[]): number => pages.reduce((sum, page) => sum + page.items.length, 0);

export function prepend(old: Pages | undefined, add: readonly AuditRow[]): Pages | undefined {
  const first = old?.pages[0];
  if (!old || !first || add.length === 0) return old;
  const known = new Set(first.items.map((row) => row.id));
  const items = [...add.filter((row) => !known.has(row.id)), ...first.items];
  // Beyond the cap the later pages are let go whole, so that the next cursor still continues without a hole.
  const pages = [{ ...first, items }, ...old.pages.slice(1)];
  while (pages.length > 1 && pages.reduce((sum, page) => sum + page.items.length, 0) > LIVE_ROWS_MAX) pages.pop();
  return { pages, pageParams: old.pageParams.slice(0, pages.length) };
}

/** Gives rows on the page what has become known of them since: never moves or removes one. */
export function settle(old: Pages | undefined, head: readonly AuditRow[]): Pages | undefined {
  if (!old) return old;
  const byId = new Map(head.map((row) => [row.id, row]));
  return { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.map((row) => byId.get(row.id) ?? row) })) };
}
