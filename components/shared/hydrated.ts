'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/**
 * False until the page's scripts answer. A form that is sent before would be sent by the browser itself, with what was typed,
 * a password among it, in the address.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
