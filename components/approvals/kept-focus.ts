'use client';

import { type RefObject, useEffect } from 'react';

/**
 * What had the focus inside the container can go away by itself: another person decides, time runs out, a form was sent. The focus
 * then goes to `fallback` instead of to nowhere. Who went elsewhere by hand is left there.
 */
export function useKeptFocus(container: RefObject<HTMLElement | null>, fallback: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const box = container.current;
    if (box === null) return;
    let last: EventTarget | null = null;
    const onFocus = (event: FocusEvent) => {
      last = event.target;
    };
    const observer = new MutationObserver(() => {
      if (!(last instanceof Node) || last.isConnected || document.activeElement !== document.body) return;
      last = null;
      fallback.current?.focus();
    });
    box.addEventListener('focusin', onFocus);
    observer.observe(box, { childList: true, subtree: true });
    return () => {
      box.removeEventListener('focusin', onFocus);
      observer.disconnect();
    };
  }, [container, fallback]);
}
