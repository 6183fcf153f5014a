'use client';

import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, type Page, queryString } from '@/components/shared/api/client';
import type { AuditRow } from '@/components/shared/api/wire';
import { useLiveMessages } from '@/components/shared/live/live-provider';
import { type RangeState, rangeBounds } from '@/components/shared/time-range';

const HEAD = 50;
/** What live mode keeps in the page; older rows come by scrolling. */
const LIVE_ROWS_MAX = 500;
const GATHER_MS = 700;
type Pages = InfiniteData<Page<AuditRow>, string | null>;

/**
 * The audit list. Nothing moves by itself: new rows wait behind a count until they are asked for, or until live mode
 * sees that nobody is reading. Rows that are already shown get their outcome in place.
 */
export function useActivity(filters: Record<string, string | null>, range: RangeState, reading: () => boolean, live: boolean) {
  const client = useQueryClient();
  const key = ['audit', filters, range] as const;
  const keyText = JSON.stringify(key);
  const query = useInfiniteQuery<Page<AuditRow>, Error, Pages, readonly unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api('GET', `/audit${queryString({ ...filters, ...rangeBounds(range, Date.now()), limit: 100, cursor: pageParam })}`, { signal }),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const [fresh, setFresh] = useState<AuditRow[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters are another list, so what waited belongs to none
  useEffect(() => setFresh([]), [keyText]);
  const rows = query.data?.pages.flatMap((page) => page.items);

  const show = useCallback(
    (add: readonly AuditRow[]) => {
      if (add.length >= HEAD) void client.resetQueries({ queryKey: JSON.parse(keyText) as unknown[] });
      else client.setQueryData<Pages>(JSON.parse(keyText) as unknown[], (old) => prepend(old, add));
      setFresh([]);
    },
    [client, keyText],
  );

  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveMessages('call', () => {
    if (range.to || timer.current) return;
    timer.current = setTimeout(async () => {
      timer.current = undefined;
      const head = await api<Page<AuditRow>>(
        'GET',
        `/audit${queryString({ ...filters, ...rangeBounds(range, Date.now()), limit: HEAD })}`,
      ).catch(() => null);
      if (!head) return;
      const shown = new Set(
        (client.getQueryData<Pages>(JSON.parse(keyText) as unknown[])?.pages ?? []).flatMap((page) => page.items.map((row) => row.id)),
      );
      client.setQueryData<Pages>(JSON.parse(keyText) as unknown[], (old) => settle(old, head.items));
      const add = head.items.filter((row) => !shown.has(row.id));
      if (live && !reading()) show(add);
      else setFresh(add);
    }, GATHER_MS);
  });
  return { ...query, rows, fresh, showFresh: () => show(fresh) };
}

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
