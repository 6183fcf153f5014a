'use client';

import { useDeferredValue, useMemo, useRef } from 'react';
import type { PolicyDocument } from '@/lib/policy/document';
import { readPolicyText } from '@/lib/policy/read-document';

/** The policy that a text says, or said before it got an error (`stale`); null while it never said one. Read after the keys rest. */
export function useDocument(text: string): { document: PolicyDocument | null; stale: boolean } {
  const read = useDeferredValue(text);
  const last = useRef<PolicyDocument | null>(null);
  return useMemo(() => {
    const { document } = readPolicyText(read);
    if (document !== null) last.current = document;
    return { document: last.current, stale: document === null };
  }, [read]);
}
