'use client';

import { useEffect, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Problem } from '@/components/shared/api/wire';

export type ValidationState = 'checking' | 'checked' | 'unreachable';
const DEBOUNCE_MS = 400;

/** The server's validator is the judge: asked 400 ms after the last key, and a newer text cancels the older question. */
export function useValidation(text: string, server: string) {
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [state, setState] = useState<ValidationState>('checking');
  useEffect(() => {
    const abort = new AbortController();
    setState('checking');
    const timer = setTimeout(async () => {
      try {
        const answer = await api<{ problems: Problem[] }>('POST', '/policies/validate', { body: { text, server }, signal: abort.signal });
        setProblems(answer.problems);
        setState('checked');
      } catch {
        if (!abort.signal.aborted) setState('unreachable');
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, server]);
  return { problems, state };
}
