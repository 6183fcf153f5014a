import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf } from '@/components/settings/notifications/channel-draft';
import { filterWords, placeWords } from '@/components/settings/notifications/channel-words';
import type { NotificationChannel } from '@/components/shared/api/wire';
import { firstToTell, SeenRequests, type WaitingRequest } from '@/components/shared/approval-alerts/new-requests';
import { badgeIcon, titleWithCount } from '@/components/shared/approval-alerts/page-badge';

const request = (id: string): WaitingRequest => ({
  ...{ id, agent: 'bot', server: 'bank', tool: 'pay', risk: 'high' },
  ...{ createdAt: '2026-11-26T04:00:00.000Z', expiresAt: '2026-11-26T04:10:00.000Z' },
});

describe('what a page tells of requests', () => {
  it('counts in the title, once, and not at all for none', () => {
    expect(titleWithCount('Approvals · Callgate', 2)).toBe('(2) Approvals · Callgate');
    expect(titleWithCount('(2) Approvals · Callgate', 3)).toBe('(3) Approvals · Callgate');
    expect(titleWithCount('(3) Approvals · Callgate', 0)).toBe('Approvals · Callgate');
    expect(titleWithCount(titleWithCount('Overview', 120), 0)).toBe('Overview');
    expect(decodeURIComponent(badgeIcon(12))).toContain('>9+<');
  });

  it('is no news when the page opens, and news once', () => {
    const seen = new SeenRequests();
    expect(seen.take([request('apr_1')])).toEqual([]);
    expect(seen.take([request('apr_2'), request('apr_1')]).map(({ id }) => id)).toEqual(['apr_2']);
    expect(seen.take([request('apr_1')])).toEqual([]);
    expect(seen.take([request('apr_2')])).toEqual([]);
  });

  it('makes one sound in several open pages', () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    expect([firstToTell('apr_1', storage), firstToTell('apr_1', storage), firstToTell('apr_2', storage)]).toEqual([true, false, true]);
    for (let i = 0; i < 60; i += 1) firstToTell(`apr_x${i}`, storage);
    expect([...kept.values()][0]?.split(' ')).toHaveLength(50);
  });
});

describe('the form of a channel', () => {
  const set = { set: true as const, setAt: '2026-11-26T04:00:00.000Z', setBy: 'Ana', fingerprint: '0a1b2c3d' };
  const mail: NotificationChannel = {
    ...{
      id: 'ntc_1',
      kind: 'email',
      name: 'Mail',
      enabled: true,
      events: ['requested', 'escalated'],
      servers: ['bank'],
      minimumRisk: 'high',
    },
    ...{ afterMinutes: 7, includeArguments: false, url: null, signingSecret: null, lastDelivery: null, createdBy: 'Ana', etag: 'x' },
    ...{ createdAt: '2026-11-26T04:00:00.000Z', updatedAt: '2026-11-26T04:00:00.000Z' },
    smtp: {
      host: 'smtp.example.com',
      port: 465,
      security: 'tls',
      user: 'u',
      password: set,
      from: 'a@example.com',
      to: ['b@example.com', 'c@example.com'],
    },
  };

  it('gives back what it was given, and leaves secrets that stay out', () => {
    const draft = draftOf(mail, () => 'new');
    expect(bodyOf(draft, mail)).toEqual({
      ...{
        name: 'Mail',
        enabled: true,
        events: ['requested', 'escalated'],
        servers: ['bank'],
        minimumRisk: 'high',
        includeArguments: false,
      },
      afterMinutes: 7,
      smtp: {
        host: 'smtp.example.com',
        port: 465,
        security: 'tls',
        user: 'u',
        from: 'a@example.com',
        to: ['b@example.com', 'c@example.com'],
      },
    });
    expect(bodyOf({ ...draft, user: ' ' }, mail).smtp).toMatchObject({ user: null, password: null });
    expect(bodyOf({ ...draft, events: ['requested'] }, mail).afterMinutes).toBe(0);
    expect([placeWords(mail), filterWords(mail)]).toEqual([
      'b@example.com and 1 more',
      'requested, escalated after 7 min · bank, risk high or more',
    ]);
  });

  it('makes a new webhook with a secret of its own', () => {
    const draft = { ...draftOf(null, () => 'whsec_new'), name: 'Hook', url: 'https://hooks.example.com/x' };
    expect(bodyOf(draft, null)).toMatchObject({
      kind: 'webhook',
      url: 'https://hooks.example.com/x',
      signingSecret: 'whsec_new',
      afterMinutes: 0,
    });
    expect(bodyOf({ ...draft, kind: 'slack' }, null)).not.toHaveProperty('signingSecret');
  });
});
