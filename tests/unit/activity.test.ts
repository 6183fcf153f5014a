import { describe, expect, it } from 'vitest';
import { differencesOf, leafWords, pathWords } from '@/components/activity/changes/differences';
import { parseTokens, tokensOf, typedNow, withoutToken } from '@/components/activity/query-tokens';
import { viewQuery } from '@/components/activity/saved-views/view-query';
import { COUNT_TABLES } from '@/lib/control/call-counts/profile';
import { timePieces } from '@/lib/control/call-counts/time-pieces';
import { percentileOf } from '@/lib/control/stats/latency-percentiles';

describe('the query bar', () => {
  it('reads filters, latencies and words, and adds to what is there', () => {
    expect(parseTokens('agent:support-bot decision:denied,limited latency:>500 too many', { agent: 'crawler' })).toEqual({
      ok: true,
      patch: { agent: 'crawler,support-bot', decision: 'denied,limited', slowerThan: '500', q: 'too many' },
    });
    expect(parseTokens('latency:<2s session:ses_1', {})).toEqual({ ok: true, patch: { fasterThan: '2000', session: 'ses_1' } });
  });

  it('takes quoted text and addresses for words', () => {
    expect(parseTokens('"agent: nobody"', {})).toEqual({ ok: true, patch: { q: 'agent: nobody' } });
    expect(parseTokens('/tools/a:b', {})).toEqual({ ok: true, patch: { q: '/tools/a:b' } });
    expect(parseTokens('agent:"two words"', {})).toEqual({ ok: true, patch: { agent: 'two words' } });
  });

  it.each([
    ['colour:red', /no filter “colour”/],
    ['risk:huge', /“huge” is no risk.*low, medium/],
    ['latency:500', /latency:>500/],
    ['agent:', /needs a value/],
    ['-agent:bot', /cannot be excluded/],
  ])('says what is wrong with %s', (text, message) => {
    expect(parseTokens(text, {})).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  it('writes the address as tokens that read back, and takes one away', () => {
    const values = { agent: 'a,b', decision: 'denied', slowerThan: '500', q: 'refund' };
    const tokens = tokensOf(values);
    expect(tokens.map(({ text }) => text)).toEqual(['decision:denied', 'agent:a', 'agent:b', 'latency:>500', 'refund']);
    expect(parseTokens(tokens.map(({ text }) => text).join(' '), {})).toEqual({ ok: true, patch: values });
    expect(withoutToken(values, { parameter: 'agent', value: 'a', text: '' })).toEqual({ agent: 'b' });
    expect(withoutToken(values, { parameter: 'q', value: 'refund', text: '' })).toEqual({ q: null });
  });

  it('knows what is being typed', () => {
    expect(typedNow('agent:sup')).toEqual({ name: 'agent', part: 'sup', start: 0 });
    expect(typedNow('risk:high ag')).toEqual({ name: null, part: 'ag', start: 10 });
    expect(typedNow('risk:high ')).toEqual({ name: null, part: '', start: 10 });
  });
});

describe('saved views', () => {
  it('keep what filters, not where somebody is, in one order', () => {
    expect(viewQuery('?sel=evt_1&risk=high&live=1&agent=bot&view=view_1&at=x')).toBe('agent=bot&risk=high');
    expect(viewQuery('agent=bot&risk=high')).toBe(viewQuery('risk=high&agent=bot'));
  });
});

describe('a change in words', () => {
  it('names each leaf that differs, and nothing that stayed', () => {
    const { lines } = differencesOf(
      { name: 'a', tags: ['x'], owner: { id: 1 } },
      { name: 'a', tags: ['x', 'y'], owner: { id: 2 }, note: '' },
    );
    expect(lines).toEqual([
      { path: 'note', before: undefined, after: '' },
      { path: 'owner.id', before: 1, after: 2 },
      { path: 'tags', before: ['x'], after: ['x', 'y'] },
    ]);
    expect(differencesOf(null, null).lines).toEqual([]);
    expect(differencesOf({ a: { b: 1 } }, { a: 2 }).lines).toEqual([
      { path: 'a.b', before: 1, after: undefined },
      { path: 'a', before: undefined, after: 2 },
    ]);
  });

  it('reads like a sentence', () => {
    expect(pathWords('policyVersion.draft_text')).toBe('policy version › draft text');
    expect([true, null, [], ['a', 'b'], '', { a: 1 }].map(leafWords)).toEqual(['yes', 'none', 'none', 'a, b', 'empty', '{"a":1}']);
  });
});

describe('pieces of a time range', () => {
  const MS = Object.fromEntries(COUNT_TABLES.map(({ table, ms }) => [table, ms])) as Record<string, number>;
  it('cover it once, in buckets that fit, and in rows only at its ends', () => {
    let seed = 11;
    const draw = (max: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % max;
    };
    for (let round = 0; round < 500; round++) {
      const from = draw(10 * 86_400_000);
      const to = from + draw(5 * 86_400_000);
      const pieces = timePieces(from, to, [300_000, 3_600_000, 86_400_000, Number.POSITIVE_INFINITY][round % 4]);
      const sorted = [...pieces].sort((a, b) => (a.fromMs ?? 0) - (b.fromMs ?? 0));
      let at = from;
      for (const piece of sorted) {
        expect(piece.fromMs).toBe(at);
        at = piece.toMs ?? 0;
        const size = MS[piece.table];
        if (size !== undefined) expect([(piece.fromMs ?? 0) % size, at % size]).toEqual([0, 0]);
        else expect(at - (piece.fromMs ?? 0)).toBeLessThanOrEqual(600_000);
      }
      expect(at).toBe(Math.max(from, to));
    }
  });

  it('leaves open ends to the largest buckets', () => {
    expect(timePieces(null, null)).toEqual([{ table: 'call_counts_day', fromMs: null, toMs: null }]);
    expect(timePieces(null, null, 3_600_000)).toEqual([{ table: 'call_counts_hour', fromMs: null, toMs: null }]);
  });
});

describe('percentiles of classes', () => {
  it('are within a tenth of the middle of their class', () => {
    expect(percentileOf([], 0.5)).toBeNull();
    const at = (share: number) =>
      percentileOf(
        [
          { class: 12, calls: 90 },
          { class: 40, calls: 10 },
        ],
        share,
      ) as number;
    expect(at(0.5)).toBeCloseTo(2 ** (12.5 / 4), 6);
    expect(at(0.95)).toBeCloseTo(2 ** (40.5 / 4), 6);
  });
});
