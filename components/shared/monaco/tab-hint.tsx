'use client';

import { useSyncExternalStore } from 'react';
import { Kbd } from '@/components/ui/kbd';

const never = () => () => {};

/** Tab indents in the editor; the way out has to be visible, not only documented. */
export function TabHint() {
  const mac = useSyncExternalStore(
    never,
    () => /mac|iphone|ipad/i.test(navigator.platform),
    () => false,
  );
  return (
    <p className="flex items-center gap-1.5 border-line-soft border-t px-3 py-1 text-meta text-ink-3">
      <Kbd keys={mac ? '⌃⇧M' : 'Ctrl M'} /> lets Tab leave the editor
    </p>
  );
}
