import { describe, expect, it } from 'vitest';
import { inputNote, timeFromInput, timeToInput } from '@/components/shared/time-input';

const LORD_HOWE = 'Australia/Lord_Howe';

describe('a time that is typed', () => {
  it.each([
    ['UTC', '2026-11-26T10:30:00.000Z'],
    ['Europe/Berlin', '2026-11-26T09:30:00.000Z'],
    ['America/New_York', '2026-11-26T15:30:00.000Z'],
    ['Asia/Kolkata', '2026-11-26T05:00:00.000Z'],
    [LORD_HOWE, '2026-11-25T23:30:00.000Z'],
  ])('is by the clock of %s, and comes back as it was typed', (zone, iso) => {
    expect(timeFromInput('2026-11-26T10:30', zone)).toBe(iso);
    expect(timeToInput(iso, zone)).toBe('2026-11-26T10:30');
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00.000Z', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['America/New_York', '2026-11-01T00:59', '2026-11-01T04:59:00.000Z', '2026-11-01T02:00', '2026-11-01T07:00:00.000Z'],
    [LORD_HOWE, '2026-10-04T01:59', '2026-10-03T15:29:00.000Z', '2026-10-04T02:30', '2026-10-03T15:30:00.000Z'],
  ])('has the offset of its own time on both sides of a change in %s', (zone, before, beforeIso, after, afterIso) => {
    expect([timeFromInput(before, zone), timeFromInput(after, zone)]).toEqual([beforeIso, afterIso]);
    expect([timeToInput(beforeIso, zone), timeToInput(afterIso, zone)]).toEqual([before, after]);
  });

  it('is by the own clock of the browser without a zone', () => {
    expect(timeFromInput('2026-11-26T10:30', undefined)).toBe(new Date('2026-11-26T10:30').toISOString());
    expect(timeToInput(new Date('2026-11-26T10:30').toISOString(), undefined)).toBe('2026-11-26T10:30');
  });

  it('is none while it is empty or half typed', () => {
    expect(timeFromInput('', 'UTC')).toBeNull();
    expect(timeFromInput('2026-11-26T', 'UTC')).toBeNull();
    expect(timeToInput(null, 'UTC')).toBe('');
    expect(inputNote('', null, 'Europe/Berlin')).toBeNull();
  });
});

describe('a time that the clock shows twice or never', () => {
  const noteOf = (text: string, zone: string) => inputNote(text, timeFromInput(text, zone), zone);

  it('is not spoken of on other days', () => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'Europe/Berlin', 'America/New_York', LORD_HOWE]) {
      expect(noteOf('2026-11-26T02:30', zone), zone).toBeNull();
    }
  });

  it('means as much later where it is skipped, and says so', () => {
    expect(timeFromInput('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(noteOf('2026-03-29T02:30', 'Europe/Berlin')).toEqual({
      words: 'The clock is set forward and skips 02:30. 03:30 UTC+2 is taken.',
      other: null,
    });
    expect(noteOf('2026-03-08T02:30', 'America/New_York')?.words).toContain('03:30 UTC−4 is taken');
    // Half an hour only.
    expect(noteOf('2026-10-04T02:15', LORD_HOWE)?.words).toContain('02:45 UTC+11 is taken');
  });

  it('means the first where it comes twice, offers the second, and knows which one a time is', () => {
    const text = '2026-10-25T02:30';
    expect(noteOf(text, 'Europe/Berlin')).toEqual({
      words: 'The clock is set back and shows 02:30 twice. The first, UTC+2, is taken.',
      other: { at: '2026-10-25T01:30:00.000Z', words: 'Take the second, UTC+1' },
    });
    expect(inputNote(text, '2026-10-25T01:30:12.000Z', 'Europe/Berlin')).toEqual({
      words: 'The clock is set back and shows 02:30 twice. The second, UTC+1, is taken.',
      other: { at: '2026-10-25T00:30:00.000Z', words: 'Take the first, UTC+2' },
    });
    expect(noteOf('2026-11-01T01:30', 'America/New_York')?.other?.at).toBe('2026-11-01T06:30:00.000Z');
    expect(noteOf('2026-04-05T01:45', LORD_HOWE)).toMatchObject({
      words: expect.stringContaining('The first, UTC+11'),
      other: { at: '2026-04-04T15:15:00.000Z', words: 'Take the second, UTC+10:30' },
    });
  });
});
