import { describe, expect, it } from 'vitest';
import { argumentInsights } from '@/lib/domain/approval/argument-insight';

const HISTORY = Array.from({ length: 20 }, (_, i) => ({ amount: i + 1, currency: i === 0 ? 'eur' : 'usd', to: { account: `acct_${i}` } }));
const row = (path: string, args: object, last: object | null = null, history: readonly object[] = HISTORY) =>
  argumentInsights(args as never, last as never, history as never).find((one) => one.path === path);

describe('what an approver should notice', () => {
  it('says what changed since the last approved call, also what is gone', () => {
    const last = { amount: 48, currency: 'usd', memo: 'x' };
    expect(row('amount', { amount: 725, currency: 'usd' }, last)).toMatchObject({ now: '725', last: '48', marks: ['changed', 'highest'] });
    expect(row('currency', { amount: 725, currency: 'usd' }, last)?.marks).toEqual([]);
    expect(row('memo', { amount: 725, currency: 'usd' }, last)).toMatchObject({ now: null, last: '"x"', marks: ['changed'] });
  });

  it('says how earlier calls were: numbers by their spread, values by their share', () => {
    expect(row('amount', { amount: 3 })).toMatchObject({ usual: 'half up to 11 · 95 % up to 20 · at most 20', marks: [] });
    expect(row('currency', { currency: 'usd' })).toMatchObject({ usual: '"usd" in 95 %', marks: [] });
    expect(row('currency', { currency: 'gbp' })?.marks).toEqual(['new']);
    expect(row('to.account', { to: { account: 'acct_3' } })).toMatchObject({ usual: '20 different values in 20 calls', marks: [] });
    expect(row('to.account', { to: { account: 'acct_new' } })?.marks).toEqual(['new']);
    expect(row('memo', { memo: 1 })?.usual).toBe('never given');
  });

  it('calls nothing unusual after a handful of calls, nor the string "5" the number 5', () => {
    expect(row('amount', { amount: 900 }, null, HISTORY.slice(0, 4))?.marks).toEqual([]);
    expect(row('amount', { amount: '5' })?.marks).toEqual(['new']);
    expect(row('amount', { amount: 0 })?.marks).toEqual(['lowest']);
    expect(row('amount', { amount: 5 }, null, [])).toEqual({ path: 'amount', now: '5', last: null, usual: null, marks: [] });
  });

  it('keeps names apart that would read alike', () => {
    const args = { 'a.b': 1, a: { b: 2 }, '': {}, 'x y': 3 };
    expect(argumentInsights(args, null, []).map(({ path, now }) => [path, now])).toEqual([
      ['"a.b"', '1'],
      ['a.b', '2'],
      ['""', '{}'],
      ['"x y"', '3'],
    ]);
  });

  it('marks what looks like a credential', () => {
    for (const secret of ['sk_live_0123456789abcdef', 'AKIAABCDEFGHIJKLMNOP', '-----BEGIN RSA PRIVATE KEY-----\nabc'])
      expect(row('key', { key: secret }, null, [])?.marks, secret).toEqual(['secret']);
    expect(row('key', { key: 'task_live_in_peace' }, null, [])?.marks).toEqual([]);
  });

  it('takes arguments that are no object, and own names like __proto__, as they are', () => {
    expect(argumentInsights('text', null, [])).toEqual([{ path: '', now: '"text"', last: null, usual: null, marks: [] }]);
    expect(argumentInsights({}, null, [])).toEqual([]);
    expect(argumentInsights(JSON.parse('{"__proto__":{"a":1},"constructor":2}'), null, []).map(({ path }) => path)).toEqual([
      '__proto__.a',
      'constructor',
    ]);
  });
});
