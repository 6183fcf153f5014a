'use client';

import { useSyncExternalStore } from 'react';

export type AlertSetting = 'notify' | 'sound';

const KEYS: Record<AlertSetting, string> = { notify: 'callgate.approval-notify', sound: 'callgate.approval-sound' };
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** Kept in this browser, and off until switched on. */
export function readAlertSetting(setting: AlertSetting): boolean {
  return window.localStorage.getItem(KEYS[setting]) === 'on';
}

export function useAlertSetting(setting: AlertSetting): boolean {
  return useSyncExternalStore(
    subscribe,
    () => readAlertSetting(setting),
    () => false,
  );
}

export function setAlertSetting(setting: AlertSetting, on: boolean): void {
  window.localStorage.setItem(KEYS[setting], on ? 'on' : 'off');
  for (const listener of listeners) listener();
}

export type NotificationLeave = NotificationPermission | 'unsupported';

/** What the browser lets this page do; `unsupported` also where it is not served over https or from this machine. */
export function readNotificationLeave(): NotificationLeave {
  return 'Notification' in window && window.isSecureContext ? Notification.permission : 'unsupported';
}

export function useNotificationLeave(): NotificationLeave {
  return useSyncExternalStore(subscribe, readNotificationLeave, () => 'default');
}

/** Asks the person; only ever called by a press of a button. */
export async function askForNotifications(): Promise<void> {
  const leave = await Notification.requestPermission();
  setAlertSetting('notify', leave === 'granted');
}
