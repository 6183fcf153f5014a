import { describe, expect, it } from 'vitest';
import { closedNotice } from '@/components/policies/publish/closed-notice';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 26, 10, minutes)).toISOString();
const live = (minutes: number) => ({ version: 3, digest: 'd', publishedAt: at(minutes), publishedBy: 'Ana', comment: null });
const latest = {
  status: 'rejected',
  requestedBy: { kind: 'user', id: 'usr_1', name: 'Bo' },
  closedBy: 'Ana',
  closedAt: at(10),
  closedBecause: 'Ask finance first',
} as const;
const policy = { live: live(0), draftUpdatedAt: at(5) };

describe('what is said of a publication that did not go live', () => {
  it('names who refused it and why', () => {
    expect(closedNotice(policy, latest)).toEqual({
      what: 'The publication that Bo asked for was refused by Ana.',
      because: 'Ask finance first',
      at: at(10),
    });
  });

  it('says that it failed, also through a version of the same moment', () => {
    const failed = { ...latest, status: 'failed', closedBy: null, closedBecause: 'Version 4 is live, not 3' } as const;
    expect(closedNotice({ ...policy, live: live(10) }, failed)?.what).toBe('The publication that Bo asked for did not go live.');
  });

  it('says that it was taken back by a change of the draft at the same moment', () => {
    expect(closedNotice({ ...policy, draftUpdatedAt: at(10) }, { ...latest, status: 'outdated' })?.what).toContain('taken back');
  });

  it('is nothing once somebody saved a draft or published after it', () => {
    expect(closedNotice({ ...policy, draftUpdatedAt: at(11) }, latest)).toBeNull();
    expect(closedNotice({ ...policy, live: live(11) }, latest)).toBeNull();
  });

  it('is nothing of what went live, waits, was withdrawn, or never was', () => {
    expect(closedNotice(policy, { ...latest, status: 'published' })).toBeNull();
    expect(closedNotice(policy, { ...latest, status: 'withdrawn' })).toBeNull();
    expect(closedNotice(policy, { ...latest, status: 'scheduled', closedAt: null })).toBeNull();
    expect(closedNotice(policy, undefined)).toBeNull();
  });
});
