'use client';

import { type RefObject, useEffect, useRef } from 'react';
import { isTyping, useShortcuts } from '@/components/shared/shortcuts';
import type { PolicyBuffer } from './policy-buffer';

interface BuilderKeys {
  buffer: PolicyBuffer;
  inert: boolean;
  search: RefObject<HTMLInputElement | null>;
  onStep: (by: 1 | -1) => void;
  onReview: () => void;
}

/** ⌘Z and ⇧⌘Z from the builder's side, `[` and `]` for the row before and after, `/` for the search. */
export function useBuilderKeys(keys: BuilderKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useShortcuts({
    '[': () => keys.onStep(-1),
    ']': () => keys.onStep(1),
    '/': () => keys.search.current?.focus(),
    'mod+enter': (event) => {
      if (!isTyping(event.target)) keys.onReview();
    },
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Boxes and the editor have an undo of their own.
      if (!(event.metaKey || event.ctrlKey) || event.altKey || isTyping(event.target) || latest.current.inert) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      if (key === 'y' || event.shiftKey) latest.current.buffer.redo();
      else latest.current.buffer.undo();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
