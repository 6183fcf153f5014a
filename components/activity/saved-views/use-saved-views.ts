'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { useEffect } from 'react';
import { api, type Page } from '@/components/shared/api/client';
import type { SavedView } from '@/components/shared/api/wire';
import { useUrlState } from '@/components/shared/url-state';
import { toast } from '@/components/ui/toaster';
import { viewQuery } from './view-query';

/** The views of the calls page, which of them is open, and whether its filters were changed since. */
export function useSavedViews() {
  const client = useQueryClient();
  const pathname = usePathname();
  const { get, search } = useUrlState();
  const views = useQuery({
    queryKey: ['saved-views', 'calls'],
    queryFn: async ({ signal }) => (await api<Page<SavedView>>('GET', '/views?page=calls', { signal })).items,
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['saved-views'] });
  const apply = (query: string, id: string | null) => {
    const next = new URLSearchParams(query);
    if (id) next.set('view', id);
    window.history.pushState(null, '', `${pathname}?${next}`);
  };
  const save = useMutation({
    mutationFn: (body: { name: string; query: string; shared: boolean }) =>
      api<SavedView>('POST', '/views', { body: { page: 'calls', ...body } }),
    onSuccess: (view) => {
      apply(view.query, view.id);
      toast.success(`Saved view “${view.name}”`);
      void refresh();
    },
  });
  const update = useMutation({
    mutationFn: ({ id, ...body }: { id: string; query?: string; shared?: boolean; default?: boolean }) =>
      api<SavedView>('PATCH', `/views/${encodeURIComponent(id)}`, { body }),
    onSuccess: () => void refresh(),
    onError: (error) => toast.error(error.message),
  });
  const remove = useMutation({
    mutationFn: (id: string) => api('DELETE', `/views/${encodeURIComponent(id)}`),
    onSuccess: () => {
      apply(viewQuery(window.location.search), null);
      void refresh();
    },
    onError: (error) => toast.error(error.message),
  });
  const open = views.data?.find(({ id }) => id === get('view')) ?? null;
  const query = viewQuery(search);
  const opensWith = views.data?.find((view) => view.default);
  // Only a page that was opened without a word of its own is opened with the default.
  useEffect(() => {
    if (!opensWith || window.location.search !== '') return;
    const next = new URLSearchParams(opensWith.query);
    next.set('view', opensWith.id);
    window.history.replaceState(null, '', `${pathname}?${next}`);
  }, [opensWith, pathname]);
  return { views, open, query, modified: open !== null && viewQuery(open.query) !== query, apply, save, update, remove };
}
