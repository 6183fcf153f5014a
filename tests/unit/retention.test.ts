import { describe, expect, it } from 'vitest';
import { monthFate, type StandingHold, type TrailMonth } from '@/lib/domain/retention/months-due';

const DAY = 86_400_000;
const month = (year: number, number: number, ...agents: string[]): TrailMonth => ({
  month: `${year}-${String(number).padStart(2, '0')}`,
  fromMs: Date.UTC(year, number - 1, 1),
  toMs: Date.UTC(year, number, 1),
  agentIds: new Set(agents),
});
const hold = (change: Partial<StandingHold> = {}): StandingHold => ({ id: 'lgh_1', agentId: null, fromMs: null, toMs: null, ...change });
const MAY = month(2026, 5, 'agt_a', 'agt_b');

describe('which months fall', () => {
  it('none without days', () => {
    expect(monthFate(MAY, null, [], Date.UTC(2100, 0))).toEqual({ state: 'kept', holds: [] });
  });

  it('a month falls as a whole, when its last millisecond is past retention', () => {
    const end = MAY.toMs + 60 * DAY;
    expect(monthFate(MAY, 60, [], end - 1).state).toBe('kept');
    expect(monthFate(MAY, 60, [], end).state).toBe('due');
    expect(monthFate(MAY, 61, [], end).state).toBe('kept');
  });

  it.each<[string, Partial<StandingHold>, boolean]>([
    ['everything, for ever', {}, true],
    ['a time inside', { fromMs: MAY.fromMs + DAY, toMs: MAY.fromMs + 2 * DAY }, true],
    ['a time that ends where the month begins', { toMs: MAY.fromMs }, false],
    ['a time that ends a millisecond later', { toMs: MAY.fromMs + 1 }, true],
    ['a time that begins where the month ends', { fromMs: MAY.toMs }, false],
    ['a time that begins a millisecond earlier', { fromMs: MAY.toMs - 1 }, true],
    ['an agent with calls in it', { agentId: 'agt_b' }, true],
    ['an agent without', { agentId: 'agt_c' }, false],
    ['an agent with calls in it, of another time', { agentId: 'agt_a', fromMs: MAY.toMs }, false],
  ])('a hold on %s', (_what, change, holds) => {
    const { state, holds: touching } = monthFate(MAY, 30, [hold(change)], Date.UTC(2027, 0));
    expect([state, touching]).toEqual(holds ? ['held', ['lgh_1']] : ['due', []]);
  });

  it('names every hold, also while the month is kept anyway', () => {
    const { state, holds } = monthFate(MAY, 3_650, [hold(), hold({ id: 'lgh_2', agentId: 'agt_a' })], Date.UTC(2027, 0));
    expect([state, holds]).toEqual(['kept', ['lgh_1', 'lgh_2']]);
  });
});
