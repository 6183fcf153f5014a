import { describe, expect, it } from 'vitest';
import { type ActiveRestriction, restrictionOf } from '@/lib/domain/anomaly/agent-restriction';
import { ANOMALY_KINDS, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { type AnomalySetting, settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import { burst, median } from '@/lib/domain/anomaly/burst';
import { denialStorm } from '@/lib/domain/anomaly/denial-storm';
import { evidenceOf, subjectKey } from '@/lib/domain/anomaly/finding';
import { firstUse } from '@/lib/domain/anomaly/first-use';
import { manySessions } from '@/lib/domain/anomaly/many-sessions';
import { outOfHours } from '@/lib/domain/anomaly/out-of-hours';
import { repeatFinding } from '@/lib/domain/anomaly/repeats';

const DAY = 86_400_000;
const HOUR_MS = Date.UTC(2026, 10, 26, 14);
const subject = { agent: { id: 'agt_1', slug: 'refund-bot' }, server: { id: 'srv_1', slug: 'stripe' }, tool: 'create_refund' };
const whole = { ...subject, server: null, tool: null };

describe('every kind', () => {
  it.each(ANOMALY_KINDS)('%s has a default within its own bounds and sentences that end', (kind) => {
    const { threshold, thresholdMin, thresholdMax, method, minutes } = KINDS[kind];
    expect(threshold).toBeGreaterThanOrEqual(thresholdMin);
    expect(threshold).toBeLessThanOrEqual(thresholdMax);
    expect(minutes).toBeGreaterThan(0);
    expect(method).toMatch(/^[A-Z].*\.$/);
  });

  it('only tells people until somebody says what else has to follow', () => {
    expect(ANOMALY_KINDS.filter((kind) => KINDS[kind].action !== 'alert')).toEqual([]);
  });
});

describe('a burst', () => {
  const facts = { subject, calls: 420, sameHour: Array(14).fill(30), hourMs: HOUR_MS, nowMs: HOUR_MS + 1_800_000 };

  it('is far more than the median of this hour, and says how much', () => {
    const finding = burst(facts, 4);
    expect(finding?.explanation).toBe(
      '420 calls of stripe/create_refund by refund-bot since 14:00 UTC: 14 times the median of this hour (30), from the last 14 days.',
    );
    expect(finding).toMatchObject({ observed: 420, usual: 30, threshold: 4, band: 'at most 120 calls in this hour' });
    expect(finding?.evidence).toEqual({
      agent: 'refund-bot',
      server: 'stripe',
      tool: 'create_refund',
      from: '2026-11-26T14:00:00.000Z',
      to: '2026-11-26T14:31:00.000Z',
    });
  });

  it('is nothing below the minimum, at the threshold, or without enough days', () => {
    expect(burst({ ...facts, calls: 99, sameHour: Array(14).fill(1) }, 4)).toBeNull();
    expect(burst({ ...facts, calls: 120 }, 4)).toBeNull();
    expect(burst({ ...facts, calls: 121 }, 4)).not.toBeNull();
    expect(burst({ ...facts, sameHour: [30, 30, 30, 30] }, 4)).toBeNull();
    expect(burst(facts, Number.POSITIVE_INFINITY)).toBeNull();
  });

  it('of an hour that usually has none says so', () => {
    expect(burst({ ...facts, sameHour: Array(9).fill(0) }, 4)?.explanation).toContain('the median of this hour is 0, from the last 9 days');
  });

  it('compares with the median, which one odd day does not move', () => {
    expect(median([1, 1, 1, 1_000])).toBe(1);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([])).toBe(0);
  });
});

describe('the other detectors', () => {
  it('see a storm of refusals, and not a policy that refuses a part of much', () => {
    const facts = { subject: whole, refused: 60, calls: 80, fromMs: HOUR_MS, toMs: HOUR_MS + 600_000 };
    expect(denialStorm(facts, 60)?.explanation).toBe('60 of 80 calls of refund-bot were refused within 10 minutes (75 %).');
    expect(denialStorm({ ...facts, refused: 59 }, 60)).toBeNull();
    expect(denialStorm({ ...facts, calls: 121 }, 60)).toBeNull();
  });

  it('see the first use of a tool behind a dispatcher', () => {
    const facts = { subject, risk: 'high', runs: ['wipe'], knownSinceMs: HOUR_MS - 30 * DAY, firstMs: HOUR_MS, calls: 2, nowMs: HOUR_MS };
    expect(firstUse(facts, 7)?.explanation).toContain('refund-bot runs wipe through stripe/create_refund for the first time;');
    expect(firstUse(facts, 7)?.evidence).toMatchObject({ server: 'stripe', tool: 'wipe' });
    const many = firstUse({ ...facts, runs: ['a', 'b', 'c', 'd', 'e'] }, 7);
    expect(many?.explanation).toContain('runs a, b, c and 2 more through');
    expect(many?.evidence).toMatchObject({ tool: 'create_refund' });
  });

  it('see the first use of a tool that is worth it, by an agent that has a history', () => {
    const facts = { subject, risk: 'high', runs: [], knownSinceMs: HOUR_MS - 30 * DAY, firstMs: HOUR_MS, calls: 2, nowMs: HOUR_MS };
    expect(firstUse(facts, 7)?.explanation).toBe(
      "refund-bot calls stripe/create_refund for the first time; it is known for 30 days. The tool's risk is high.",
    );
    expect(firstUse({ ...facts, risk: 'low' }, 7)).toBeNull();
    expect(firstUse({ ...facts, knownSinceMs: HOUR_MS - 6 * DAY }, 7)).toBeNull();
  });

  it('see calls at an hour at which an agent never calls', () => {
    const facts = {
      subject: whole,
      calls: 20,
      nearCalls: 0,
      activeDays: 10,
      hourMs: Date.UTC(2026, 10, 26, 23),
      nowMs: HOUR_MS + 10 * 3_600_000,
    };
    expect(outOfHours(facts, 20)?.explanation).toBe(
      '20 calls of refund-bot since 23:00 UTC; it made none between 22:00 and 01:00 UTC in the last 14 days.',
    );
    expect(outOfHours({ ...facts, nearCalls: 1 }, 20)).toBeNull();
    expect(outOfHours({ ...facts, activeDays: 6 }, 20)).toBeNull();
    expect(outOfHours({ ...facts, calls: 19 }, 20)).toBeNull();
  });

  it('see one agent in many sessions', () => {
    expect(manySessions({ subject: whole, sessions: 30, fromMs: HOUR_MS, toMs: HOUR_MS }, 30)).not.toBeNull();
    expect(manySessions({ subject: whole, sessions: 29, fromMs: HOUR_MS, toMs: HOUR_MS }, 30)).toBeNull();
  });

  it('say of identical calls whether the next one was stopped', () => {
    const facts = { kind: 'loop', subject, seen: 15, max: 15, stopped: true } as const;
    expect(repeatFinding(facts, HOUR_MS).explanation).toBe(
      '15 identical calls of stripe/create_refund by refund-bot within 5 minutes, with exactly the same arguments. The next one was stopped.',
    );
    expect(repeatFinding({ ...facts, kind: 'repeated_read', stopped: false }, HOUR_MS).explanation).not.toContain('stopped');
  });

  it('name one condition by one key, and whole minutes as evidence', () => {
    expect(subjectKey('burst', subject)).not.toBe(subjectKey('burst', whole));
    expect(evidenceOf(whole, HOUR_MS + 1, HOUR_MS + 60_000)).toEqual({
      agent: 'refund-bot',
      from: '2026-11-26T14:00:00.000Z',
      to: '2026-11-26T14:02:00.000Z',
    });
  });
});

describe('a setting', () => {
  const nothing = { enabled: null, threshold: null, action: null, minutes: null };
  const everybody = { agentId: null, serverId: null, tool: null };
  const here = { agentId: 'agt_1', serverId: 'srv_1', tool: 'pay' };
  const setting = (change: Partial<AnomalySetting>): AnomalySetting => ({ kind: 'loop', ...everybody, ...nothing, ...change });

  it('is decided member by member by the most particular row', () => {
    const settings = [
      setting({ ...here, threshold: 50 }),
      setting({ agentId: 'agt_1', threshold: 30, action: 'approval' }),
      setting({ serverId: 'srv_1', tool: 'pay', minutes: 5, action: 'alert' }),
      setting({ threshold: 20, minutes: 60, action: 'pause' }),
    ];
    expect(settingFor(settings, 'loop', here)).toEqual({ enabled: true, threshold: 50, action: 'approval', minutes: 5 });
    expect(settingFor(settings, 'loop', { ...here, tool: 'look' })).toEqual({
      enabled: true,
      threshold: 30,
      action: 'approval',
      minutes: 60,
    });
    expect(settingFor(settings, 'loop', { ...here, agentId: 'agt_2' })).toMatchObject({ threshold: 20, action: 'alert', minutes: 5 });
    expect(settingFor(settings, 'loop', { ...here, agentId: 'agt_2', serverId: 'srv_2' })).toMatchObject({
      threshold: 20,
      action: 'pause',
    });
    expect(settingFor(settings, 'burst', here)).toMatchObject({ threshold: 4, action: 'alert' });
  });

  it('can ignore one tool of one agent and no other', () => {
    const settings = [setting({ ...here, enabled: false })];
    expect(settingFor(settings, 'loop', here).enabled).toBe(false);
    expect(settingFor(settings, 'loop', { ...here, tool: 'look' }).enabled).toBe(true);
  });
});

describe('a restriction', () => {
  const one: ActiveRestriction = { id: 'rst_1', agentId: 'agt_1', mode: 'approval', serverId: 'srv_1', tool: 'pay', untilMs: 100 };
  const call = { agentId: 'agt_1', serverId: 'srv_1', tools: ['run', 'pay'] };

  it('is for its agent and tool, behind dispatchers too, and is over by the clock', () => {
    expect(restrictionOf([one], 'approval', call, 99)).toBe(one);
    expect(restrictionOf([one], 'approval', call, 100)).toBeNull();
    expect(restrictionOf([one], 'pause', call, 99)).toBeNull();
    expect(restrictionOf([one], 'approval', { ...call, agentId: 'agt_2' }, 99)).toBeNull();
    expect(restrictionOf([one], 'approval', { ...call, serverId: 'srv_2' }, 99)).toBeNull();
    expect(restrictionOf([one], 'approval', { ...call, tools: ['run'] }, 99)).toBeNull();
  });

  it('of several is the one that lasts longest', () => {
    const longer = { ...one, id: 'rst_2', serverId: null, tool: null, untilMs: 200 };
    expect(restrictionOf([one, longer, { ...one, untilMs: 150 }], 'approval', call, 99)).toBe(longer);
  });
});
