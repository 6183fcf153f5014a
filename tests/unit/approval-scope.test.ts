import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type ArgumentScope,
  askedLeaves,
  boundsFor,
  type ChosenBounds,
  hiddenLeaves,
  isScopable,
  isWithin,
  scopeOf,
  tightestOf,
} from '@/lib/domain/approval/argument-scope';
import { argumentsSentence, boundWords } from '@/lib/domain/approval/scope-words';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { parseStrictJson } from '@/lib/kernel/strict-json';
import { redactArguments } from '@/lib/policy/redact';
import { mutationsOf, seeded } from '../fixtures/argument-mutations';

const hmac = (text: string): string => createHmac('sha256', 'key').update(text).digest('hex');

function scope(args: JsonObject, chosen: ChosenBounds, redact: readonly string[] = []): ArgumentScope {
  const shown = redactArguments(args, redact);
  const made = scopeOf(askedLeaves(shown, hiddenLeaves(args, shown, hmac)), chosen);
  if (!made.ok) throw new Error(`${made.error.path}: ${made.error.message}`);
  return made.value;
}
const mistake = (args: JsonObject, chosen: ChosenBounds, redact: readonly string[] = []): string | null => {
  const shown = redactArguments(args, redact);
  const made = scopeOf(askedLeaves(shown, hiddenLeaves(args, shown, hmac)), chosen);
  return made.ok ? null : made.error.path;
};

const ARGS: JsonObject = {
  amount: 725,
  customer: 'cus_91',
  reason: 'duplicate charge',
  notify: true,
  note: null,
  tags: ['a', 'b'],
  target: { account: 'acc_1', limits: { daily: 50, deep: { below: { x: 1 } } } },
};
const CHOSEN: ChosenBounds = { amount: 'at_most', reason: 'any', 'target.limits.daily': 'at_most' };
const SCOPE = scope(ARGS, CHOSEN);

/** An oracle of its own: the two numbers lie between 0 and what was shown, the reason is text, and all else is the same. */
function lies(args: JsonObject): boolean {
  const copy = structuredClone(args) as Record<string, Json>;
  const target = copy.target as Record<string, Record<string, Json>> | undefined;
  const daily = target?.limits?.daily;
  const between = (value: unknown, max: number) => typeof value === 'number' && value >= 0 && value <= max;
  if (!between(copy.amount, 725) || typeof copy.reason !== 'string' || !between(daily, 50)) return false;
  Object.assign(copy, { amount: 725, reason: 'duplicate charge' });
  Object.assign((target as Record<string, Record<string, Json>>).limits as object, { daily: 50 });
  return canonicalJson(copy) === canonicalJson(ARGS);
}

describe('a scope', () => {
  it('lets none of 10,000 mutations outside it pass', () => {
    const outside = mutationsOf(ARGS, 14_000).filter((args) => !lies(args));
    expect(outside.length).toBeGreaterThanOrEqual(10_000);
    expect(outside.slice(0, 10_000).filter((args) => isWithin(SCOPE, args, hmac))).toEqual([]);
  });

  it('lets all of 10,000 calls inside it pass', () => {
    const random = seeded(11);
    const text = () =>
      Array.from({ length: Math.floor(random() * 12) }, () => String.fromCodePoint(32 + Math.floor(random() * 40_000))).join('');
    for (let n = 0; n < 10_000; n++) {
      const amount = n % 3 === 0 ? Math.floor(random() * 726) : random() * 725;
      const args = {
        ...ARGS,
        amount,
        reason: text().toWellFormed(),
        target: { limits: { deep: { below: { x: 1 } }, daily: random() * 50 }, account: 'acc_1' },
      };
      expect(isWithin(SCOPE, args, hmac), canonicalJson(args)).toBe(true);
    }
  });

  it('is exactly the call when nothing is loosened', () => {
    const exact = scope(ARGS, {});
    expect(isWithin(exact, structuredClone(ARGS), hmac)).toBe(true);
    expect(mutationsOf(ARGS, 2_000, 3).filter((args) => isWithin(exact, args, hmac))).toEqual([]);
    expect(isWithin(scope({}, {}), {}, hmac)).toBe(true);
    expect(isWithin(scope({}, {}), { extra: 1 }, hmac)).toBe(false);
  });

  it.each([
    ['a number as text', { amount: '725' }],
    ['a text as number', { amount: 5, customer: 91 }],
    ['a number in a list', { amount: [5] }],
    ['no number', { amount: null }],
    ['a truth for a number', { amount: true }],
    ['an object for a number', { amount: { valueOf: 5 } }],
    ['one more than shown', { amount: 725.0000001 }],
    ['below nothing', { amount: -1 }],
    ['beyond all numbers', { amount: Number.POSITIVE_INFINITY }],
    ['not a number', { amount: Number.NaN }],
    ['an object for a text', { reason: { text: 'x' } }],
    ['a list for a text', { reason: ['x'] }],
    ['nothing for a text', { reason: null }],
    ['one argument more', { force: true }],
    ['one argument more, hidden in Unicode', { 'amount\u200b': 5 }],
    ['another composition of a name', { 'cafe\u0301': 1 }],
    ['a path that reads like a member', { 'target.limits.daily': 1 }],
    ['a quoted path', { '"amount"': 1 }],
    ['the name of a method', { constructor: 'x' }],
    ['one member more below', { target: { ...(ARGS.target as object), force: true } }],
    ['an empty object for a member', { target: {} }],
  ])('does not let pass %s', (_what, change) => {
    expect(isWithin(SCOPE, { ...ARGS, ...change } as JsonObject, hmac)).toBe(false);
  });

  it('takes -0 for 0, which is what is sent, and knows no number beyond JSON', () => {
    expect(isWithin(SCOPE, { ...ARGS, amount: -0 }, hmac)).toBe(true);
    expect(canonicalJson(-0)).toBe('0');
    for (const text of ['{"amount":1e400}', '{"__proto__":{"amount":1}}', '{"amount":1,"amount":2}'])
      expect(parseStrictJson(Buffer.from(text)).ok, text).toBe(false);
    const own = Object.defineProperty({ ...ARGS }, '__proto__', { value: { x: 1 }, enumerable: true }) as JsonObject;
    expect(isWithin(SCOPE, own, hmac)).toBe(false);
    const inherited = Object.create({ amount: 5 }) as JsonObject;
    expect(isWithin(scope({ amount: 5 }, {}), inherited, hmac)).toBe(false);
  });

  it('tells members with confusable names apart', () => {
    const args = { 'caf\u00e9': 5, 'cafe\u0301': 5, 'a.b': 'x', a: { b: 'y' } };
    const loose = scope(args, { 'caf\u00e9': 'at_most', '"a.b"': 'any' });
    expect(isWithin(loose, { ...args, 'caf\u00e9': 1, 'a.b': 'other' }, hmac)).toBe(true);
    expect(isWithin(loose, { ...args, 'cafe\u0301': 1 }, hmac)).toBe(false);
    expect(isWithin(loose, { ...args, a: { b: 'other' } }, hmac)).toBe(false);
  });

  it('refuses what was not shown and what cannot be loosened, and names the path', () => {
    expect(mistake(ARGS, { nothing: 'any' })).toBe('nothing');
    expect(mistake(ARGS, { target: 'equal' })).toBe('target');
    expect(mistake(ARGS, { amount: 'any' })).toBe('amount');
    expect(mistake(ARGS, { customer: 'at_most' })).toBe('customer');
    expect(mistake(ARGS, { tags: 'any' })).toBe('tags');
    expect(mistake(ARGS, { notify: 'any' })).toBe('notify');
    expect(mistake({ amount: -5 }, { amount: 'at_most' })).toBe('amount');
    expect(mistake({ amount: 0 }, { amount: 'at_most' })).toBe('amount');
    // Text with arguments of its own, as dispatchers take it.
    expect(mistake({ call: '{"tool":"wipe"}' }, { call: 'any' })).toBe('call');
    expect(mistake(ARGS, JSON.parse('{"constructor":"any"}'))).toBe('constructor');
    expect(boundsFor({ path: 'x', value: '[1] customer' })).toEqual(['equal', 'any']);
  });

  it('holds redacted values exactly, without knowing or showing them', () => {
    const args = { amount: 5, pin: '1234', card: { number: '4242', name: 'Ann' } };
    const redact = ['args.pin', 'args.card.number'];
    const made = scope(args, { amount: 'at_most' }, redact);
    expect(JSON.stringify(made)).not.toMatch(/(?<![\w-])(?:1234|4242)(?![\w-])/);
    expect(isWithin(made, { ...args, amount: 1 }, hmac)).toBe(true);
    expect(isWithin(made, { ...args, pin: '1235' }, hmac)).toBe(false);
    expect(isWithin(made, { ...args, pin: '«redacted»' }, hmac)).toBe(false);
    expect(isWithin(made, { ...args, card: { number: '4243', name: 'Ann' } }, hmac)).toBe(false);
    expect(mistake(args, { pin: 'any' }, redact)).toBe('pin');
    expect(mistake(args, { 'card.number': 'any' }, redact)).toBe('card.number');
    // A whole object that is hidden: its members are held, and none can be named.
    const whole = scope(args, { amount: 'at_most' }, ['args.card']);
    expect(isWithin(whole, { ...args, card: { number: '4242', name: 'Bob' } }, hmac)).toBe(false);
    expect(isWithin(whole, { ...args, amount: 2 }, hmac)).toBe(true);
    expect(mistake(args, { card: 'any' }, ['args.card'])).toBe('card');
  });

  it('of several people takes the tightest for each argument', () => {
    const wide: ChosenBounds = { amount: 'at_most', reason: 'any' };
    expect(tightestOf([wide])).toEqual(wide);
    expect(tightestOf([wide, { amount: 'at_most' }])).toEqual({ amount: 'at_most' });
    expect(tightestOf([wide, {}])).toEqual({});
    expect(tightestOf([{ x: 'any' }, { x: 'at_most' }])).toEqual({ x: 'at_most' });
  });

  it('is for few and short arguments', () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`n${i}`, i]));
    expect(isScopable(askedLeaves(many, null))).toBe(false);
    expect(isScopable(askedLeaves({ text: 'x'.repeat(64_000) }, null))).toBe(false);
    expect(isScopable(askedLeaves(ARGS, null))).toBe(true);
  });

  it('is said in a sentence, what is loosened first, and without values to whom may not read them', () => {
    const bounds = [
      { path: 'customer', bound: 'equal', value: '"cus_91"' },
      { path: 'amount', bound: 'at_most', value: '725' },
      { path: 'reason', bound: 'any', value: null },
    ] as const;
    expect(argumentsSentence(bounds, 1)).toBe('amount at most 725, reason any text, customer exactly "cus_91", 1 more exactly as it was');
    expect(boundWords({ bound: 'at_most', value: null })).toBe('at most what was shown');
    expect(boundWords({ bound: 'equal', value: `"${'x'.repeat(200)}"` })).toMatch(/^exactly "x{79}…$/);
  });
});
