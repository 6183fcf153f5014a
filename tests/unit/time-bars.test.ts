import { describe, expect, it } from 'vitest';
import { barBounds } from '@/lib/domain/time-bars';
import { instantOfWall, instantsOfWall, isTimeZone, offsetMinutes, timeZoneNames, wallAt, zoneSpelling } from '@/lib/kernel/zoned-time';

const ZONE = 'Europe/Vienna';
const DAY_MS = 86_400_000;
const hours = (bounds: readonly number[]) => bounds.slice(1).map((bound, index) => (bound - (bounds[index] ?? 0)) / 3_600_000);

describe('bars over time by the clock of a zone', () => {
  it('have days of 23 and 25 hours when the clock changes', () => {
    const spring = barBounds(Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 2, 30, 12), 'day', ZONE);
    expect(new Date(spring[0] ?? 0).toISOString()).toBe('2026-03-27T23:00:00.000Z');
    expect(hours(spring)).toEqual([24, 23, 24]);
    expect(hours(barBounds(Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 26, 12), 'day', ZONE))).toEqual([24, 25, 24]);
  });

  it('are quarters of the local day, and whole hours of zones between the hours', () => {
    expect(hours(barBounds(Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 12), '6h', ZONE))).toEqual([5, 6, 6]);
    const [first] = barBounds(Date.UTC(2026, 10, 20, 10, 1), Date.UTC(2026, 10, 20, 12), 'hour', 'Asia/Kathmandu');
    expect(new Date(first ?? 0).toISOString()).toBe('2026-11-20T09:15:00.000Z');
  });

  it('are the multiples of their length in UTC', () => {
    expect(barBounds(90_000, 240_000, 'minute', 'UTC')).toEqual([60_000, 120_000, 180_000, 240_000]);
  });
});

describe('the clock of a zone', () => {
  it('knows its offset, a time that comes twice and a time that is skipped', () => {
    expect(offsetMinutes(Date.UTC(2026, 6, 1), ZONE)).toBe(120);
    expect(new Date(instantOfWall(Date.UTC(2026, 9, 25, 2, 30), ZONE)).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(new Date(instantOfWall(Date.UTC(2026, 2, 29, 2, 30), ZONE)).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(instantsOfWall(Date.UTC(2026, 9, 25, 2, 30), ZONE)).toHaveLength(2);
    expect(instantsOfWall(Date.UTC(2026, 2, 29, 2, 30), ZONE)).toEqual([]);
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'])(
    'of %s shows every time of a year so that it can be read back, each quarter of an hour when it changes',
    (zone) => {
      const wrong: string[] = [];
      const changes: number[] = [];
      for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += DAY_MS) {
        const changed = offsetMinutes(day, zone) !== offsetMinutes(day + DAY_MS, zone);
        if (changed) changes.push(day);
        for (let at = day; at < day + DAY_MS; at += changed ? DAY_MS / 96 : DAY_MS / 2) {
          if (!instantsOfWall(wallAt(at, zone), zone).includes(at)) wrong.push(new Date(at).toISOString());
        }
      }
      expect(changes).toHaveLength(zone === 'Asia/Kolkata' ? 0 : 2);
      expect(wrong).toEqual([]);
    },
  );
});

describe('names of time zones', () => {
  it('are those of the database of zones', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Calcutta', 'Australia/Lord_Howe'])
      expect(isTimeZone(name), name).toBe(true);
    // The empty name must not be taken for the runtime's own zone, once that was asked for.
    offsetMinutes(0, undefined);
    for (const name of ['', 'Europe/Nowhere', '+01:00', '-05:00', 'UTC+1', ' UTC']) expect(isTimeZone(name), name).toBe(false);
  });

  it('are listed once, UTC first, with those that were renamed, and spelled as listed', () => {
    const names = timeZoneNames();
    expect(names[0]).toBe('UTC');
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']));
    expect(['europe/berlin', 'Asia/Calcutta', 'US/Eastern'].map(zoneSpelling)).toEqual(['Europe/Berlin', 'Asia/Calcutta', 'US/Eastern']);
  });
});
