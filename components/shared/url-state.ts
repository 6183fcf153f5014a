'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export type UrlPatch = Record<string, string | null | undefined>;

/** Applies a patch to a query: null, undefined and '' remove. */
export function patchSearch(search: string, patch: UrlPatch): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next.toString();
}

/**
 * The page's state in its address: filters, sort, selection, open tab. Uses the browser's history directly, so that a
 * change costs no round trip. `push` for what Back should close (a panel), replace for everything else.
 */
export function useUrlState() {
  const search = useSearchParams();
  const pathname = usePathname();
  const get = useCallback((name: string) => search.get(name), [search]);
  const set = useCallback(
    (patch: UrlPatch, mode: 'replace' | 'push' = 'replace') => {
      const query = patchSearch(window.location.search, patch);
      const url = query ? `${pathname}?${query}` : pathname;
      if (mode === 'push') window.history.pushState(null, '', url);
      else window.history.replaceState(null, '', url);
    },
    [pathname],
  );
  return { get, set, search: search.toString() };
}
