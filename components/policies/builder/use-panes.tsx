'use client';

import { type ReactNode, useState, useSyncExternalStore } from 'react';

export type PaneName = 'list' | 'block' | 'dock';

const PANES: readonly (readonly [PaneName, string])[] = [
  ['list', 'Tools'],
  ['block', 'Rules'],
  ['dock', 'JSON and docks'],
];

interface Panes {
  /** Under 1024 px the panes are tabs. */
  readonly tabbed: boolean;
  /** Under 768 px nothing can be edited. */
  readonly editable: boolean;
  readonly tabs: ReactNode;
  readonly shows: (pane: PaneName) => boolean;
  readonly show: (pane: PaneName) => void;
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
    () => true,
  );
}

/** Three panes beside each other, or one at a time where there is no room; `first` is what the address asks for. */
export function usePanes(first: PaneName): Panes {
  const beside = useMedia('(min-width: 1024px)');
  const editable = useMedia('(min-width: 768px)');
  const [shown, setShown] = useState<PaneName>(first);
  return {
    tabbed: !beside,
    editable,
    shows: (pane) => beside || pane === shown,
    show: setShown,
    tabs: (
      <div role="tablist" aria-label="Panes" className="flex h-9 shrink-0 gap-4 border-line border-b px-3">
        {PANES.map(([pane, label]) => (
          <button
            key={pane}
            type="button"
            role="tab"
            aria-selected={pane === shown}
            onClick={() => setShown(pane)}
            className="-mb-px border-transparent border-b-2 font-medium text-ink-2 -outline-offset-2 aria-selected:border-accent aria-selected:text-ink"
          >
            {label}
          </button>
        ))}
      </div>
    ),
  };
}
