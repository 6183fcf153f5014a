import { describe, expect, it } from 'vitest';
import { askedWithReuse, asksTooMuch, busiestHour, type LoadedRequest, median } from '@/lib/domain/approval/approval-load';

const at = (minutes: number, subject = 'same', outcome: LoadedRequest['outcome'] = 'approved'): LoadedRequest => ({
  subject,
  atMs: minutes * 60_000,
  outcome,
});

describe('how much a rule asks', () => {
  it('is too much above 50 requests of which more than 97 % are approved', () => {
    const many = (yes: number, no: number) => [
      ...Array.from({ length: yes }, (_, i) => at(i)),
      ...Array.from({ length: no }, (_, i) => at(i, 'x', 'denied')),
    ];
    expect(asksTooMuch(many(50, 0))).toBe(false);
    expect(asksTooMuch(many(51, 0))).toBe(true);
    expect(asksTooMuch(many(97, 3))).toBe(false);
    expect(asksTooMuch(many(98, 2))).toBe(true);
    expect(asksTooMuch(Array.from({ length: 99 }, (_, i) => at(i, 'x', 'expired')))).toBe(false);
  });

  it('would have been less with `reuse`, for identical calls after an approval only', () => {
    const asked = [at(0), at(5), at(14), at(16), at(20, 'other'), at(40)];
    expect(askedWithReuse(asked, 0)).toBe(6);
    // 0 lets 5 and 14 pass; 16 is asked again; 40 too.
    expect(askedWithReuse(asked, 15 * 60_000)).toBe(4);
    expect(askedWithReuse([...asked].reverse(), 15 * 60_000)).toBe(4);
    expect(askedWithReuse([at(0, 'a', 'denied'), at(1, 'a', 'expired'), at(2, 'a')], 3_600_000)).toBe(3);
    expect(askedWithReuse([], 1)).toBe(0);
  });

  it('has a fullest hour and a median', () => {
    expect(busiestHour([])).toBe(0);
    expect(busiestHour([at(0), at(59), at(60)])).toBe(2);
    expect([median([]), median([3]), median([4, 1]), median([9, 1, 5])]).toEqual([null, 3, 2.5, 5]);
  });
});
