'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api } from '@/components/shared/api/client';
import type { ImportedPolicy } from '@/components/shared/api/wire';

/** What a foreign text becomes in this language, with the report of every part. Stores nothing. */
export function useImport(text: string, server: string | undefined) {
  const asked = useDeferredValue(text);
  return useQuery({
    queryKey: ['import', server, asked],
    queryFn: ({ signal }) =>
      api<ImportedPolicy>('POST', '/policies/import', { body: { text: asked, ...(server ? { server } : {}) }, signal }),
    enabled: asked.trim() !== '',
    placeholderData: asked.trim() === '' ? undefined : keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
