'use client';

import { type KeyboardEvent, type RefObject, useEffect } from 'react';
import { isTyping, useShortcutsEnabled } from '../shortcuts';

interface RowKeysInput<T> {
  rows: readonly T[];
  rowKey: (row: T) => string;
  active: number;
  setActive: (index: number) => void;
  scrollTo: (index: number) => void;
  box: RefObject<HTMLDivElement | null>;
  selected?: string | null;
  onSelect?: (key: string | null) => void;
  onOpen?: (row: T) => void;
}

/** J/K and arrows move, Enter opens, C copies the id. With a panel open, moving shows the next row in it. */
export function useRowKeys<T>({ rows, rowKey, active, setActive, scrollTo, box, selected, onSelect, onOpen }: RowKeysInput<T>) {
  const singleKeys = useShortcutsEnabled();
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, active + by));
    const row = rows[next];
    if (!row) return;
    setActive(next);
    scrollTo(next);
    if (selected) onSelect?.(rowKey(row));
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus({ preventScroll: true }));
  };
  const onKey = (
    event: { key: string; target: EventTarget | null; preventDefault: () => void; metaKey: boolean; ctrlKey: boolean; altKey: boolean },
    inTable: boolean,
  ) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    const row = rows[active];
    const onRow = (event.target as HTMLElement | null)?.closest?.('tr[data-row]') === event.target;
    if (singleKeys && (event.key === 'j' || event.key === 'k')) move(event.key === 'j' ? 1 : -1);
    else if (inTable && onRow && event.key === 'ArrowDown') move(1);
    else if (inTable && onRow && event.key === 'ArrowUp') move(-1);
    else if (inTable && onRow && event.key === 'Enter' && row) {
      if (onSelect && selected !== rowKey(row)) onSelect(rowKey(row));
      else onOpen?.(row);
    } else if (inTable && onRow && singleKeys && event.key === 'c' && row) void navigator.clipboard?.writeText(rowKey(row));
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (box.current?.contains(event.target as Node)) return;
      if (document.querySelector('[role=dialog][data-state=open]:not([data-peek])')) return;
      onKey(event, false);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
  return { onKeyDown: (event: KeyboardEvent) => onKey(event, true) };
}
