import { describe, expect, it } from 'vitest';
import { changeWords } from '@/components/overview/delta-words';
import { ApiError, fieldError, queryString } from '@/components/shared/api/client';
import { VERDICTS, verdictOf } from '@/components/shared/decision-chip';
import { absoluteTime, formatBytes, formatCount, formatMs, offsetSpan, relativeTime, zonedTime } from '@/components/shared/format';
import { truncateMiddle } from '@/components/shared/id-text';
import { safePath } from '@/components/shared/safe-path';
import { rangeBounds } from '@/components/shared/time-range';
import { zoneChoiceOf } from '@/components/shared/time-zone';
import { markDeceptive } from '@/components/shared/unverified-text';
import { patchSearch } from '@/components/shared/url-state';
import { signInWords } from '@/components/sign-in/sign-in-form';
import { EVENT_DECISIONS } from '@/lib/domain/audit-event';
import { offsetWords } from '@/lib/kernel/zoned-time';

describe('text that others wrote', () => {
  it('shows every deceptive character and drops none', () => {
    const text = 'a\u202eb\u200bc\u0007d\u{e0041}e\u00adf';
    const parts = markDeceptive(text);
    expect(parts.filter((part) => part.mark).map((part) => part.text)).toEqual(['U+202E', 'U+200B', 'U+0007', 'U+E0041', 'U+00AD']);
    expect(
      parts
        .filter((part) => !part.mark)
        .map((part) => part.text)
        .join(''),
    ).toBe('abcdef');
  });

  it('leaves lines, tabs, other scripts and emoji as they are', () => {
    const text = 'Grüße,\n\tשלום 你好 ⚠️ e\u0301';
    expect(markDeceptive(text)).toEqual([{ text, mark: false }]);
  });

  it('marks a variation selector that hides data behind a letter', () => {
    expect(markDeceptive('a\ufe0f').at(-1)).toEqual({ text: 'U+FE0F', mark: true });
  });
});

describe('decisions', () => {
  it('has a word for each decision of the audit trail', () => {
    for (const decision of EVENT_DECISIONS) expect(VERDICTS[verdictOf(decision).verdict]?.word, decision).toBeTruthy();
  });

  it('tells an upstream failure from a decision, and what was only observed', () => {
    expect(verdictOf('allowed', 'upstream_error')).toEqual({ verdict: 'upstream_error', observed: false });
    expect(verdictOf('allowed', 'tool_error').verdict).toBe('allowed');
    expect(verdictOf('observed_limited')).toEqual({ verdict: 'limited', observed: true });
  });
});

describe('times and numbers', () => {
  const at = Date.parse('2026-11-20T17:04:31.250Z');
  it('is relative below a day, in both directions, and absolute from then on', () => {
    expect(relativeTime(at, at + 4000)).toBe('just now');
    expect(relativeTime(at, at + 59_999)).toBe('59 s ago');
    expect(relativeTime(at, at + 3_600_000)).toBe('1 h ago');
    expect(relativeTime(at + 120_000, at)).toBe('in 2 min');
    expect(relativeTime(at, at + 86_400_000)).toBeNull();
  });

  it('writes absolute times in the zone that was chosen', () => {
    expect(absoluteTime(at, 'UTC', 'ms')).toBe('20 Nov 2026, 17:04:31.250');
    expect(absoluteTime(at, 'Asia/Tokyo', 'minutes')).toBe('21 Nov 2026, 02:04');
    expect(absoluteTime(at, 'Asia/Kolkata', 'minutes')).toBe('20 Nov 2026, 22:34');
    expect([zonedTime(at, 'America/New_York', 'clock'), zonedTime(at, 'Australia/Lord_Howe', 'day')]).toEqual(['12:04', '21 Nov']);
  });

  it('names the offset of the time that is shown, not of today', () => {
    const [winter, summer] = [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)];
    const words = (zone: string) => [offsetWords(winter, zone), offsetWords(summer, zone)];
    expect(words('UTC')).toEqual(['UTC', 'UTC']);
    expect(words('Europe/London')).toEqual(['UTC', 'UTC+1']);
    expect(words('Europe/Berlin')).toEqual(['UTC+1', 'UTC+2']);
    expect(words('America/New_York')).toEqual(['UTC−5', 'UTC−4']);
    expect(words('America/St_Johns')).toEqual(['UTC−3:30', 'UTC−2:30']);
    expect(words('Asia/Kolkata')).toEqual(['UTC+5:30', 'UTC+5:30']);
    expect(words('Australia/Lord_Howe')).toEqual(['UTC+11', 'UTC+10:30']);
    expect(offsetSpan(winter, summer, 'Europe/Berlin')).toBe('UTC+1, then UTC+2');
    expect(offsetSpan(winter, summer, 'Asia/Kolkata')).toBe('UTC+5:30');
  });

  it('keeps what was chosen, and takes anything unknown as local', () => {
    expect(['utc', 'workspace', 'local', 'Europe/Berlin', null].map(zoneChoiceOf)).toEqual(['utc', 'workspace', 'local', 'local', 'local']);
  });

  it('keeps small numbers exact', () => {
    expect([formatCount(1284), formatCount(9999), formatCount(12_840), formatCount(2_400_000)]).toEqual([
      '1\u202f284',
      '9\u202f999',
      '12.8 k',
      '2.4 M',
    ]);
    expect([formatMs(0.42), formatMs(37.4), formatMs(1240), formatMs(null)]).toEqual(['0.4 ms', '37 ms', '1.2 s', '–']);
    expect(formatBytes(2048)).toBe('2.0 KiB');
    expect([changeWords(112, 100), changeWords(97, 100), changeWords(5, 0)]).toEqual(['+12 %', '−3 %', null]);
  });

  it('keeps both ends of an id', () => {
    expect(truncateMiddle('evt_01jd0000000000000000000abc', 16)).toBe('evt_01jd000…0abc');
    expect(truncateMiddle('short', 16)).toBe('short');
  });
});

describe('addresses', () => {
  it('patches filters without touching the rest', () => {
    expect(patchSearch('?q=a&sel=x', { q: null, risk: 'high,low' })).toBe('sel=x&risk=high%2Clow');
    expect(queryString({ a: '', b: null, c: 0 })).toBe('?c=0');
  });

  it('computes relative ranges when asked, and lets absolute ones win', () => {
    const now = Date.parse('2026-11-20T12:00:00.500Z');
    expect(rangeBounds({ range: '1h', from: null, to: null }, now)).toEqual({ from: '2026-11-20T11:00:00.000Z', to: null });
    expect(rangeBounds({ range: 'nonsense', from: null, to: null }, now).from).toBe('2026-11-19T12:00:00.000Z');
    expect(rangeBounds({ range: '1h', from: '2026-01-01T00:00:00.000Z', to: null }, now)).toEqual({
      from: '2026-01-01T00:00:00.000Z',
      to: null,
    });
  });

  it('never leads out of the console after sign-in', () => {
    for (const hostile of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/a\\..\\b',
      '/\u0009/evil',
      '',
      null,
    ])
      expect(safePath(hostile), String(hostile)).toBe('/overview');
    expect(safePath('/activity?q=a&sel=evt_1')).toBe('/activity?q=a&sel=evt_1');
  });
});

describe('errors', () => {
  it('finds the field in dotted paths and JSON Pointers, and only that field', () => {
    const error = new ApiError(422, 'request.invalid', 'No', 'req_1', [
      { path: '/env/TOKEN', message: 'bad name' },
      { path: 'url', message: 'not a URL' },
    ]);
    expect(fieldError(error, 'env')).toBe('bad name');
    expect(fieldError(error, 'env.TOKEN')).toBe('bad name');
    expect(fieldError(error, 'url')).toBe('not a URL');
    expect(fieldError(error, 'ur')).toBeNull();
    expect(fieldError(new Error('x'), 'url')).toBeNull();
  });

  it('tells throttling with its time, and wrong credentials without saying which part', () => {
    expect(signInWords('throttled:42')).toContain('42 s');
    expect(signInWords('CredentialsSignin')).toBe(signInWords('invalid'));
    expect(signInWords('unavailable')).toContain('Try again');
  });
});
