import { describe, expect, it } from 'vitest';
import { RepeatTracker } from '@/lib/adapters/postgres/repeat-tracker';
import type { RepeatGuard } from '@/lib/domain/anomaly/repeats';
import { callIntent } from '../fixtures/ledger/ledger-fixture';

const STOP: RepeatGuard = { mode: 'stop', kind: 'loop', max: 15 };
const WATCH: RepeatGuard = { mode: 'watch', kind: 'repeated_read', max: 5 };
const MINUTE = 60_000;

describe('identical calls on one node', () => {
  it('cost nothing until the third, which brings the two before along', () => {
    const tracker = new RepeatTracker();
    const amounts = Array.from({ length: 5 }, (_, at) => tracker.note(callIntent(), 'same', STOP, at).charge?.amount ?? 0);
    expect(amounts).toEqual([0, 0, 3, 1, 1]);
  });

  it('are the same agent, server, tool and arguments, and nothing less', () => {
    const tracker = new RepeatTracker();
    const others = [
      callIntent(),
      callIntent({ tool: 'another' }),
      callIntent({ agent: { id: 'agt_two', slug: 'two' } }),
      callIntent({ server: { id: 'srv_two', slug: 'two' } }),
    ];
    for (let round = 0; round < 2; round++)
      for (const intent of others) expect(tracker.note(intent, 'same', STOP, round).charge).toBeNull();
    for (let at = 0; at < 10; at++) expect(tracker.note(callIntent(), `other ${at}`, STOP, at).charge).toBeNull();
    expect(tracker.note(callIntent(), null, STOP, 0).charge).toBeNull();
    expect(tracker.note(callIntent(), 'same', STOP, 3).charge).toMatchObject({
      max: 15,
      amount: 3,
      refuses: 'anomaly.loop',
      align: 'sliding',
    });
  });

  it('begin anew after five minutes without one', () => {
    const tracker = new RepeatTracker();
    for (let at = 0; at < 3; at++) tracker.note(callIntent(), 'same', STOP, at);
    expect(tracker.note(callIntent(), 'same', STOP, 5 * MINUTE - 1).charge?.amount).toBe(1);
    expect(tracker.note(callIntent(), 'same', STOP, 10 * MINUTE - 1).charge).toBeNull();
  });

  it('that are only watched are told of at each multiple of the most within five minutes', () => {
    const tracker = new RepeatTracker();
    const reached = Array.from({ length: 12 }, (_, at) => tracker.note(callIntent(), 'same', WATCH, at)).map((note) => note.reached);
    expect(reached).toEqual([null, null, null, null, 5, null, null, null, null, 10, null, null]);
    // One a minute never is many.
    const slow = new RepeatTracker();
    for (let at = 0; at < 60; at++) expect(slow.note(callIntent(), 'same', { ...WATCH, max: 6 }, at * MINUTE).reached).toBeNull();
  });

  it('are remembered within bounds', () => {
    const tracker = new RepeatTracker();
    for (let at = 0; at < 2; at++) tracker.note(callIntent(), 'first', STOP, at);
    for (let at = 0; at < 20_000; at++) tracker.note(callIntent(), `other ${at}`, STOP, 2);
    expect(tracker.note(callIntent(), 'first', STOP, 3).charge).toBeNull();
  });
});
