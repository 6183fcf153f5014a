'use client';

import { Maximize2, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button, LinkButton } from '@/components/ui/button';

/** A panel beside the list, not a dialog: the list stays usable. Escape closes it and gives the focus back to the row. */
export function Peek({ title, href, onClose, children }: { title: ReactNode; href?: string; onClose: () => void; children: ReactNode }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('[role=dialog][data-state=open],[role=menu][data-state=open],[role=listbox]')) return;
      onClose();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onClose]);
  return (
    <aside
      ref={box}
      aria-label="Details"
      className="fixed inset-x-0 top-0 bottom-0 z-30 flex animate-slide flex-col border-line bg-surface sm:left-auto sm:w-[min(560px,92vw)] sm:border-l sm:shadow-overlay xl:w-[620px]"
    >
      <header className="flex h-12 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-read font-semibold">{title}</h2>
        {href ? (
          <LinkButton href={href} variant="ghost" size="icon" aria-label="Open full page">
            <Maximize2 aria-hidden className="size-4" />
          </LinkButton>
        ) : null}
        <Button variant="ghost" size="icon" label="Close panel" keys="Esc" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
    </aside>
  );
}
