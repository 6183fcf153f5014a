'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { type BufferState, PolicyBuffer } from './policy-buffer';
import { PolicyReader } from './policy-view';

/** The buffer of one policy page. Monaco is loaded with the page, not with its editor. */
export function usePolicyBuffer(id: string, initial: string): PolicyBuffer {
  const [buffer] = useState(() => new PolicyBuffer(initial, new PolicyReader()));
  useEffect(() => {
    let detach: (() => void) | null = null;
    let gone = false;
    import('@/components/shared/monaco/policy-model').then(({ createPolicyModel }) => {
      if (!gone) detach = buffer.attach((text) => createPolicyModel(id, text));
    });
    return () => {
      gone = true;
      detach?.();
    };
  }, [buffer, id]);
  return buffer;
}

export function useBufferState(buffer: PolicyBuffer): BufferState {
  return useSyncExternalStore(buffer.subscribe, buffer.snapshot, buffer.snapshot);
}

/** A part of the state; renders again only when that part changes. */
export function useBuffer<T>(buffer: PolicyBuffer, pick: (state: BufferState) => T): T {
  return useSyncExternalStore(
    buffer.subscribe,
    () => pick(buffer.snapshot()),
    () => pick(buffer.snapshot()),
  );
}
