'use client';

import { useRef, useState } from 'react';
import { ApiError } from '@/components/shared/api/client';
import { textLines } from '@/components/shared/api/ndjson';
import type { ProbeStep } from '@/components/shared/api/wire';
import { connectionOf, type ServerDraft } from './server-draft';

/** Tries the connection without saving; steps arrive as NDJSON while they happen. */
export function useProbe() {
  const [steps, setSteps] = useState<ProbeStep[]>([]);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  const run = async (draft: ServerDraft) => {
    abort.current?.abort();
    const control = new AbortController();
    abort.current = control;
    setSteps([]);
    setError(null);
    setRunning(true);
    try {
      const response = await fetch('/api/v1/servers/probe', {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
        body: JSON.stringify(connectionOf(draft)),
        signal: control.signal,
      });
      if (!response.ok || !response.body) {
        const body = (await response.json().catch(() => null)) as {
          error?: { code: string; message: string; requestId?: string; details?: { path: string; message: string }[] };
        } | null;
        throw new ApiError(
          response.status,
          body?.error?.code ?? 'probe.failed',
          body?.error?.message ?? `The server answered ${response.status}.`,
          body?.error?.requestId ?? null,
          body?.error?.details ?? [],
        );
      }
      for await (const line of textLines(response.body)) setSteps((old) => [...old, JSON.parse(line) as ProbeStep]);
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === 'AbortError'))
        setError(
          cause instanceof TypeError
            ? new ApiError(0, 'network.unreachable', 'The console cannot reach the server. What you typed is kept.', null)
            : cause,
        );
    }
    if (abort.current === control) setRunning(false);
  };
  return { steps, running, error, run };
}
