'use client';

import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';

import { createStaleKeys } from './stale-keys';

export type LiveState = 'connecting' | 'live' | 'reconnecting';
export const LIVE_KINDS = ['call', 'approval', 'access', 'limit', 'policy', 'server', 'alert', 'gap'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];
export interface LiveMessage {
  kind: LiveKind;
  id: string;
  data: unknown;
}

interface Live {
  state: LiveState;
  /** When the stream last said anything (epoch ms), for the age of data on the banner. */
  lastAtMs: number | null;
  subscribe: (listener: (message: LiveMessage) => void) => () => void;
  retryNow: () => void;
}
const LiveContext = createContext<Live | null>(null);

// What a message makes stale. Calls are not here: lists of calls decide themselves, so that rows do not move.
const STALE: Partial<Record<LiveKind, readonly string[]>> = {
  // Grants and agents travel with the policies of a snapshot.
  policy: [
    'policies',
    'policy',
    'versions',
    'enforcement',
    'grants',
    'agents',
    'agent',
    'setup',
    'kill-switch',
    'jwt-issuers',
    'restrictions',
    'anomaly-settings',
  ],
  server: ['servers', 'server', 'tools'],
  limit: ['limits'],
  approval: ['approvals', 'approval'],
  access: ['elevations'],
  alert: ['alerts', 'restrictions'],
};
const RETRY_MS = [1000, 2000, 5000, 10_000];

/** One EventSource for the whole page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const [lastAtMs, setLastAtMs] = useState<number | null>(null);
  const [attempt, setAttempt] = useState(0);
  const listeners = useRef(new Set<(message: LiveMessage) => void>());
  const failures = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt opens the stream again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const source = new EventSource('/api/v1/events');
    const stale = createStaleKeys((key) => client.invalidateQueries({ queryKey: [key] }));
    source.onopen = () => {
      if (failures.current > 0) client.invalidateQueries();
      failures.current = 0;
      setState('live');
      setLastAtMs(Date.now());
    };
    source.onerror = () => {
      source.close();
      setState('reconnecting');
      const waitMs = RETRY_MS[Math.min(failures.current, RETRY_MS.length - 1)] ?? 10_000;
      failures.current += 1;
      timer = setTimeout(() => setAttempt((count) => count + 1), waitMs);
    };
    for (const kind of LIVE_KINDS) {
      source.addEventListener(kind, (event) => {
        setLastAtMs(Date.now());
        if (kind === 'gap') client.invalidateQueries();
        for (const name of STALE[kind] ?? []) stale.mark(name);
        const message = { kind, id: event.lastEventId, data: parse(event.data) };
        for (const listener of listeners.current) listener(message);
      });
    }
    return () => {
      clearTimeout(timer);
      stale.stop();
      source.close();
    };
  }, [client, attempt]);

  const live = useMemo<Live>(
    () => ({
      state,
      lastAtMs,
      subscribe: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
      retryNow: () => setAttempt((count) => count + 1),
    }),
    [state, lastAtMs],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive needs LiveProvider');
  return live;
}

/** Calls the listener for each message of a kind; the listener may change between renders. */
export function useLiveMessages(kind: LiveKind, listener: (message: LiveMessage) => void): void {
  const { subscribe } = useLive();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      subscribe((message) => {
        if (message.kind === kind) latest.current(message);
      }),
    [subscribe, kind],
  );
}
