'use client';

import { useEffect, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Problem } from '@/components/shared/api/wire';

export type ValidationState = 'checking' | 'checked' | 'unreachable';
const DEBOUNCE_MS = 400;

/** The server's validator is the judge: asked 400 ms after the last key, and a newer text cancels the older question. */
export function useValidation(text: string, server: string) {
  const [answer, setAnswer] = useState<{ problems: readonly Problem[]; of: string | null }>({ problems: [], of: null });
  const [state, setState] = useState<ValidationState>('checking');
  useEffect(() => {
    const abort = new AbortController();
    setState('checking');
    const timer = setTimeout(async () => {
      try {
        const { problems } = await api<{ problems: Problem[] }>('POST', '/policies/validate', {
          body: { text, server },
          signal: abort.signal,
        });
        setAnswer({ problems, of: text });
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
  return {
    problems: answer.problems,
    state,
    /** The text that the problems are about; the places of their fixes are offsets into it. */
    checked: answer.of,
  };
}
