'use client';

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';

const KEY = 'callgate.builder.dock';
const MIN = 320;
const MAX = 900;
const STEP = 32;

/** The dock's width, remembered in this browser. */
export function useDockWidth(): [number, (width: number) => void] {
  const [width, setWidth] = useState(() => {
    const kept = typeof window === 'undefined' ? Number.NaN : Number(window.localStorage.getItem(KEY));
    return kept >= MIN && kept <= MAX ? kept : 460;
  });
  return [
    width,
    (next) => {
      const kept = Math.min(MAX, Math.max(MIN, Math.round(next)));
      setWidth(kept);
      window.localStorage.setItem(KEY, String(kept));
    },
  ];
}

/** The line between builder and dock: dragged, or moved with the arrow keys. */
export function DockDivider({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const move = (event: PointerEvent) => {
    if (from.current !== null) onWidth(from.current.width + from.current.x - event.clientX);
  };
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onWidth(width + by);
  };
  return (
    <div
      role="separator"
      aria-label="Width of the dock"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      tabIndex={0}
      onKeyDown={keys}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = null;
      }}
      className="relative -mx-1 w-2 cursor-col-resize touch-none before:absolute before:inset-y-0 before:left-1 before:w-px before:bg-line hover:before:w-0.5 hover:before:bg-accent focus-visible:before:w-0.5 focus-visible:before:bg-accent"
    />
  );
}

export interface DockTab {
  readonly value: string;
  readonly label: ReactNode;
  readonly content: () => ReactNode;
}

/** Tabs of the dock. What was opened once stays mounted, so that going back and forth loses nothing. */
export function Dock({ tabs, value, onChange }: { tabs: readonly DockTab[]; value: string; onChange: (value: string) => void }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set([value]));
  if (!opened.has(value)) setOpened(new Set([...opened, value]));
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.value);
    event.currentTarget.querySelector<HTMLElement>(`#dock-tab-${next.value}`)?.focus();
  };
  return (
    <section aria-label="Dock" className="flex min-h-0 min-w-0 flex-col">
      <div
        role="tablist"
        aria-label="Dock"
        onKeyDown={move}
        className="flex h-9 shrink-0 items-stretch gap-4 overflow-x-auto border-line border-b px-3 [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <button
            key={tab.value}
            id={`dock-tab-${tab.value}`}
            type="button"
            role="tab"
            aria-selected={tab.value === value}
            aria-controls={`dock-${tab.value}`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
            className="-mb-px shrink-0 border-transparent border-b-2 font-medium text-ink-2 -outline-offset-2 hover:text-ink aria-selected:border-accent aria-selected:text-ink"
          >
            {tab.label}
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.value}
          id={`dock-${tab.value}`}
          role="tabpanel"
          aria-labelledby={`dock-tab-${tab.value}`}
          hidden={tab.value !== value}
          className="min-h-0 flex-1 overflow-y-auto"
        >
          {opened.has(tab.value) ? tab.content() : null}
        </div>
      ))}
    </section>
  );
}
