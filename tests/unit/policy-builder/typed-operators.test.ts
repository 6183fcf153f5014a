import { describe, expect, it } from 'vitest';
import { type ArgumentKind, argumentPaths, CONTEXT_PATHS, optionFor, type PathOption } from '@/components/policies/builder/argument-paths';
import { currentChoice, fitsKind, operatorMenu, valueFor } from '@/components/policies/builder/typed-operators';
import type { Json } from '@/lib/kernel/json';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { errorsOf } from './builder-world';

const paths = argumentPaths({
  properties: {
    text: { type: 'string' },
    amount: { type: 'integer', minimum: 1, maximum: 10 },
    currency: { enum: ['EUR', 'USD'] },
    mixed: { enum: [1, 'a', null] },
    confirm: { type: 'boolean' },
    due: { type: 'string', format: 'date-time' },
    url: { type: 'string' },
    source_ip: { type: 'string' },
    path: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    thing: { type: 'object' },
    odd: {},
  },
});
const OPTIONS: readonly PathOption[] = [...paths, optionFor('args', paths), optionFor('args.undeclared', paths), ...CONTEXT_PATHS];
const option = (path: string) => optionFor(path, paths);
const words = (path: string) => operatorMenu(option(path)).fitting.map((entry) => entry.words);

describe('the operators that an argument is offered', () => {
  it('are all of the language for each and every one, those that fit its type first', () => {
    const missing = (one: PathOption) => {
      const { fitting, others } = operatorMenu(one);
      const offered = new Set([...fitting, ...others].map((entry) => entry.op));
      return [...OPERATORS.keys()].filter((name) => !offered.has(name));
    };
    for (const one of OPTIONS.filter((option) => option.path !== 'time.weekday')) expect([one.path, missing(one)]).toEqual([one.path, []]);
    // The language takes a weekday or nothing there.
    expect(missing(option('time.weekday'))).toEqual([
      'contains',
      'starts_with',
      'ends_with',
      'glob',
      'regex',
      'type',
      'cidr',
      'host_in',
      'path_within',
    ]);
    expect(words('args.currency')).toEqual(['is', 'is not', 'is one of', 'is none of', 'is present', 'is missing']);
    expect(words('args.confirm')).toEqual(['is true', 'is false', 'is present', 'is missing']);
    expect(words('args.due').slice(0, 2)).toEqual(['is before', 'is at or after']);
    expect(operatorMenu(option('args.url')).fitting[0]?.op).toBe('host_in');
    expect(operatorMenu(option('args.source_ip')).fitting[0]?.op).toBe('cidr');
    expect(operatorMenu(option('args.path')).fitting[0]?.op).toBe('path_within');
  });

  it('have no two entries that look alike in one menu', () => {
    for (const one of OPTIONS) {
      const { fitting } = operatorMenu(one);
      expect([one.path, new Set(fitting.map((entry) => entry.words)).size]).toEqual([one.path, fitting.length]);
    }
  });

  it('come with a first value that the engine accepts, whatever stood there before', () => {
    const before: (Json | undefined)[] = [undefined, '', 'text', 12, true, null, ['a', 'b'], [1], {}, '2030-01-01T00:00:00Z', 'args.other'];
    const wrong: string[] = [];
    for (const one of OPTIONS) {
      const menu = operatorMenu(one);
      for (const entry of [...menu.fitting, ...menu.others]) {
        for (const old of before) {
          const value = valueFor(entry, old, one);
          const rule = { path: one.path, op: entry.op, value };
          const errors = errorsOf(JSON.stringify({ version: '1', default: 'deny', tools: { t: { require: [rule] } } }));
          if (errors.length > 0) wrong.push(`${one.path} ${entry.id} after ${JSON.stringify(old)}: ${JSON.stringify(value)} ${errors[0]}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keep the value where the next operator can have it, as it is or wrapped into a list', () => {
    const entry = (path: string, op: string) => {
      const menu = operatorMenu(option(path));
      const found = [...menu.fitting, ...menu.others].find((one) => one.op === op);
      if (found === undefined) throw new Error(`${op} is not offered`);
      return found;
    };
    expect(valueFor(entry('args.amount', 'lte'), 7, option('args.amount'))).toBe(7);
    expect(valueFor(entry('args.currency', 'in'), 'USD', option('args.currency'))).toEqual(['USD']);
    expect(valueFor(entry('args.currency', 'eq'), ['USD', 'EUR'], option('args.currency'))).toBe('USD');
    expect(valueFor(entry('args.text', 'in'), 'usd', option('args.text'))).toEqual(['usd']);
  });
});

describe('a condition as it is written', () => {
  it('shows as the entry of the menu that its value belongs to', () => {
    expect(currentChoice('exists', false, option('args.text'))?.words).toBe('is missing');
    expect(currentChoice('eq', true, option('args.confirm'))?.words).toBe('is true');
    expect(currentChoice('gt', 5, option('args.amount'))?.value).toBe('number');
    expect(currentChoice('matches_schema', { type: 'object' }, option('args'))?.value).toBe('schema');
  });

  it('is edited as JSON where its value fits no editor, so that nothing of it is lost', () => {
    const odd: [string, Json, string][] = [
      ['in', [1, 'two', null], 'args.text'],
      ['gt', '12', 'args.amount'],
      ['cidr', 'not a list', 'args.source_ip'],
      ['nonsense', { a: 1 }, 'args.text'],
    ];
    for (const [op, value, path] of odd) {
      const entry = currentChoice(op, value, option(path));
      expect([op, entry !== null && fitsKind(value, entry.value)]).toEqual([op, true]);
    }
    expect(currentChoice(null, 1, option('args.text'))).toBe(null);
  });

  it('has an editor for every kind of argument', () => {
    const kinds: ArgumentKind[] = ['enum', 'boolean', 'number', 'string', 'time', 'uri', 'address', 'file', 'array', 'object', 'unknown'];
    expect(new Set(paths.map((one) => one.kind))).toEqual(new Set(kinds));
  });
});
