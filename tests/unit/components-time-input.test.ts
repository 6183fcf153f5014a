import { afterEach, describe, expect, it, vi } from 'vitest';
import { timeFromInput, timeToInput } from '@/components/shared/time-input';

afterEach(() => vi.restoreAllMocks());

describe('a time that is typed', () => {
  it('means UTC under UTC, and the local time otherwise', () => {
    expect(timeFromInput('2026-11-26T10:30', true)).toBe('2026-11-26T10:30:00.000Z');
    expect(timeFromInput('2026-11-26T10:30', false)).toBe(new Date('2026-11-26T10:30').toISOString());
  });

  it('comes back as it was typed, west and east of Greenwich', () => {
    for (const minutesWest of [0, 210, -60]) {
      vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(minutesWest);
      expect(timeToInput('2026-11-26T10:30:00.000Z', true)).toBe('2026-11-26T10:30');
    }
    expect(timeToInput('2026-11-26T10:30:00.000Z', false)).toBe('2026-11-26T11:30');
  });

  it('is none while it is empty or half typed', () => {
    expect(timeFromInput('', true)).toBeNull();
    expect(timeFromInput('2026-11-26T', true)).toBeNull();
    expect(timeToInput(null, true)).toBe('');
  });
});
