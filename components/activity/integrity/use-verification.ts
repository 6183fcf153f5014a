'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { streamItems } from '@/components/shared/api/ndjson';
import type { Verification } from '@/components/shared/api/wire';

type Item = { progress: { rows: number; total: number } } | { result: Verification } | { failed: string };

/** Runs a verification on the server and follows it; leaving the page ends it there too. */
export function useVerification() {
  const client = useQueryClient();
  const [progress, setProgress] = useState<{ rows: number; total: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const run = async () => {
    const control = new AbortController();
    abort.current = control;
    setError(null);
    setProgress({ rows: 0, total: 0 });
    try {
      for await (const item of streamItems<Item>('/audit/verify/progress', control.signal)) {
        if ('progress' in item) setProgress(item.progress);
        if ('failed' in item) setError(new Error(`The verification did not finish: ${item.failed}`));
      }
    } catch (cause) {
      if (!control.signal.aborted) setError(cause);
    }
    if (control.signal.aborted) return;
    setProgress(null);
    await client.invalidateQueries({ queryKey: ['integrity'] });
  };
  const cancel = () => {
    abort.current?.abort();
    setProgress(null);
  };
  return { running: progress !== null, progress, error, run, cancel };
}
