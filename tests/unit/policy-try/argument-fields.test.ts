import { describe, expect, it } from 'vitest';
import { argumentFields, undeclaredNames, withArgument } from '@/components/policies/try/argument-fields';
import type { Json } from '@/lib/kernel/json';

const schema = {
  type: 'object',
  required: ['amount'],
  properties: {
    note: { type: 'string', description: 'Why' },
    amount: { type: ['integer', 'null'] },
    currency: { enum: ['EUR', 'USD'] },
    labels: { type: 'array', items: { type: 'string' } },
    card: { type: 'object', required: ['number'], properties: { holder: { type: 'string' }, number: { type: 'string' } } },
    anything: {},
  },
};

describe('the form of a tool', () => {
  it('has a field of the right kind for each argument, required ones first', () => {
    const fields = argumentFields(schema);
    expect(fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ['amount', 'number', true],
      ['note', 'text', false],
      ['currency', 'choice', false],
      ['labels', 'lines', false],
      ['card', 'group', false],
      ['anything', 'json', false],
    ]);
    expect(fields[4]?.fields.map((field) => field.name)).toEqual(['number', 'holder']);
  });

  it('has none for a schema without properties, however broken it is', () => {
    const broken: (Json | undefined)[] = [null, undefined, true, [], { properties: [] }, { type: 'string' }];
    for (const schema of broken) expect(argumentFields(schema)).toEqual([]);
  });

  it('ends at a depth where a form helps nobody', () => {
    let nested: object = { type: 'string' };
    for (let i = 0; i < 6; i += 1) nested = { type: 'object', properties: { inner: nested } };
    let depth = 0;
    for (let fields = argumentFields(nested as never); fields[0] !== undefined; fields = fields[0].fields) depth += 1;
    expect(depth).toBe(4);
  });
});

describe('setting an argument', () => {
  it('keeps the order of the others and makes the objects on the way', () => {
    expect(JSON.stringify(withArgument({ a: 1, b: 2, c: 3 }, ['b'], 9))).toBe('{"a":1,"b":9,"c":3}');
    expect(withArgument({}, ['card', 'number'], '4111')).toEqual({ card: { number: '4111' } });
    expect(withArgument({ card: { number: '1', holder: 'x' } }, ['card', 'number'], undefined)).toEqual({ card: { holder: 'x' } });
  });

  it('treats names of Object.prototype as any other', () => {
    expect(Object.keys(withArgument({}, ['constructor'], 'x'))).toEqual(['constructor']);
    expect(withArgument({}, ['toString', 'a'], 1)).toEqual({ toString: { a: 1 } });
  });

  it('names what the schema does not declare', () => {
    expect(undeclaredNames({ amount: 1, extra: 2 }, argumentFields(schema))).toEqual(['extra']);
  });
});
