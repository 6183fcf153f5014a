import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaleKeys } from '@/components/shared/live/stale-keys';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what live messages make stale', () => {
  it('is read at once, then at a bounded pace however fast messages come, and once more after the last', () => {
    const read: string[] = [];
    const stale = createStaleKeys((key) => read.push(key), 500);
    stale.mark('approvals');
    stale.mark('policies');
    expect(read).toEqual(['approvals', 'policies']);
    for (let n = 0; n < 100; n++) {
      stale.mark('approvals');
      vi.advanceTimersByTime(20);
    }
    const during = read.length;
    expect(during).toBeLessThanOrEqual(2 + 5);
    vi.advanceTimersByTime(10_000);
    expect(read.length - during).toBeLessThanOrEqual(1);
    stale.mark('approvals');
    stale.mark('approvals');
    stale.stop();
    vi.advanceTimersByTime(10_000);
    expect(read.filter((key) => key === 'policies')).toHaveLength(1);
  });
});
