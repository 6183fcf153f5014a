export interface StaleKeys {
  /** What is shown under this key is out of date: now, or as soon as the last time is long enough ago. */
  mark(key: string): void;
  stop(): void;
}

/**
 * Makes lists stale no more often than every `everyMs`, the last time included. Each time starts their reading anew, so
 * messages that come faster than a reading takes would otherwise keep a page from ever showing anything.
 */
export function createStaleKeys(invalidate: (key: string) => void, everyMs = 500): StaleKeys {
  const resting = new Map<string, { timer: ReturnType<typeof setTimeout>; again: boolean }>();
  const mark = (key: string): void => {
    const rest = resting.get(key);
    if (rest !== undefined) {
      rest.again = true;
      return;
    }
    const timer = setTimeout(() => {
      const again = resting.get(key)?.again === true;
      resting.delete(key);
      if (again) mark(key);
    }, everyMs);
    resting.set(key, { timer, again: false });
    invalidate(key);
  };
  return {
    mark,
    stop: () => {
      for (const { timer } of resting.values()) clearTimeout(timer);
      resting.clear();
    },
  };
}
