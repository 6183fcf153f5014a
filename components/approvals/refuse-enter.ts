import type { KeyboardEvent } from 'react';

/** Enter alone never decides: it is what hands press by themselves. ⌘ or Ctrl makes it meant; a click and the space bar are. */
export function refuseEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) event.preventDefault();
}
