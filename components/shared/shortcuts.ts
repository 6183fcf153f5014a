'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';

const KEY = 'callgate.single-keys';
const CHORD_WITHIN_MS = 1200;

/** The first key of two, when it was pressed, and when the second one was, which means nothing by itself, wherever it is bound. */
let leader: { readonly key: string; readonly atMs: number; followedAtMs: number | null } | null = null;

function leaderOf({ timeStamp }: KeyboardEvent): typeof leader {
  if (leader === null || timeStamp === leader.atMs || timeStamp - leader.atMs > CHORD_WITHIN_MS) return null;
  leader.followedAtMs ??= timeStamp;
  // Every listener hears of the same key press.
  return leader.followedAtMs === timeStamp ? leader : null;
}
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Single-key shortcuts can be switched off in Settings (WCAG 2.1.4); chords with ⌘ or Ctrl stay. */
export function useShortcutsEnabled(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => window.localStorage.getItem(KEY) !== 'off',
    () => true,
  );
}

export function setShortcutsEnabled(enabled: boolean): void {
  window.localStorage.setItem(KEY, enabled ? 'on' : 'off');
  for (const listener of listeners) listener();
}

/** true while a letter belongs to a text field or an editor. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest('input,textarea,select,[contenteditable=true],.monaco-editor,[role=menu],[role=listbox]') !== null
  );
}

/** Runs handlers for keys: `mod+k` works everywhere, plain keys only outside of text, `g a` is two keys after another. */
export function useShortcuts(bindings: Record<string, (event: KeyboardEvent) => void>): void {
  const singleKeys = useShortcutsEnabled();
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      if (mod) {
        const handler = latest.current[`mod+${event.key.toLowerCase()}`];
        if (handler) handler(event);
        return;
      }
      if (!singleKeys || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const led = leaderOf(event);
      const handler = latest.current[led === null ? event.key : `${led.key} ${event.key}`];
      if (handler) {
        event.preventDefault();
        handler(event);
      } else if (led === null && Object.keys(latest.current).some((name) => name.startsWith(`${event.key} `)))
        leader = { key: event.key, atMs: event.timeStamp, followedAtMs: null };
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [singleKeys]);
}
