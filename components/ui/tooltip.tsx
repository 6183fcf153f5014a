'use client';

import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Kbd } from './kbd';

/** Text for hover and focus. Never the only place where something needed is said. */
export function Tooltip({
  text,
  keys,
  children,
  side = 'top',
}: {
  text: ReactNode;
  keys?: string;
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-80 animate-enter rounded-control border border-line bg-raised px-2.5 py-1.5 text-meta text-ink shadow-overlay"
        >
          <span className="flex items-center gap-2">
            {text}
            {keys ? <Kbd keys={keys} /> : null}
          </span>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const TooltipProvider = Radix.Provider;
