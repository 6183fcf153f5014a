import { describe, expect, it } from 'vitest';
import { argumentPaths, CONTEXT_PATHS, optionFor, step } from '@/components/policies/builder/argument-paths';
import { isPathMistake, parsePath, ROOT_FIELDS } from '@/lib/policy/path';

const schema = {
  type: 'object',
  required: ['id', 'address'],
  properties: {
    id: { type: 'string', description: 'Which charge' },
    amount: { type: ['integer', 'null'], minimum: 0, maximum: 900 },
    currency: { enum: ['EUR', 'USD'] },
    confirm: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    address: { $ref: '#/$defs/address' },
    items: {
      type: 'array',
      items: { type: 'object', properties: { price: { type: 'number' }, tags: { type: 'array', items: { type: 'string' } } } },
    },
    'odd key': { type: 'string' },
    due: { type: 'string', format: 'date-time' },
    callback_url: { type: 'string' },
    source_ip: { type: 'string' },
    file_path: { type: 'string' },
    either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  $defs: { address: { type: 'object', required: ['city'], properties: { city: { type: 'string' }, next: { $ref: '#/$defs/address' } } } },
};

describe('the arguments that a rule can look at', () => {
  const paths = argumentPaths(schema);
  const kindOf = (path: string) => optionFor(path, paths).kind;

  it('are all of those the schema declares, through references and into lists, in reading order', () => {
    expect(paths.map((option) => option.path).filter((path) => !path.includes('.next'))).toEqual([
      'args.id',
      'args.amount',
      'args.currency',
      'args.confirm',
      'args.address',
      'args.address.city',
      'args.items',
      'args.items[*]',
      'args.items[*].price',
      'args.items[*].tags',
      'args["odd key"]',
      'args.due',
      'args.callback_url',
      'args.source_ip',
      'args.file_path',
      'args.either',
    ]);
  });

  it('carry the type that chooses operators and editors: enums, bounds, nullables, times, hosts, addresses, files', () => {
    expect(Object.fromEntries(paths.filter((option) => option.depth === 1).map((option) => [option.path, option.kind]))).toEqual({
      'args.id': 'string',
      'args.amount': 'number',
      'args.currency': 'enum',
      'args.confirm': 'boolean',
      'args.address': 'object',
      'args.items': 'array',
      'args["odd key"]': 'string',
      'args.due': 'time',
      'args.callback_url': 'uri',
      'args.source_ip': 'address',
      'args.file_path': 'file',
      'args.either': 'unknown',
    });
    expect(optionFor('args.amount', paths)).toMatchObject({ minimum: 0, maximum: 900, integer: true, required: false });
    expect(optionFor('args.currency', paths).choices).toEqual(['EUR', 'USD']);
    expect(optionFor('args.address.city', paths)).toMatchObject({ required: true, depth: 2 });
  });

  it('end where a schema refers to itself, however deep', () => {
    expect(paths.length).toBeLessThan(40);
    const wide = { properties: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`a${i}`, { type: 'string' }])) };
    expect(argumentPaths(wide).length).toBe(400);
  });

  it('are all paths of the language, whatever the keys are called', () => {
    for (const option of [...paths, ...CONTEXT_PATHS])
      expect([option.path, isPathMistake(parsePath(option.path))]).toEqual([option.path, false]);
    for (const key of ['a.b', 'a"b', 'a[0]', '', 'ü', 'a*', ' '])
      expect([key, isPathMistake(parsePath(step('args', key)))]).toEqual([key, false]);
  });

  it('are nothing for a tool without a schema, or with one that is none', () => {
    expect(argumentPaths(null)).toEqual([]);
    expect(argumentPaths('no schema')).toEqual([]);
    expect(argumentPaths({ type: 'object', properties: { a: true, b: 7 } }).map((option) => option.kind)).toEqual(['unknown', 'unknown']);
  });

  it('know the elements of a list, and take what nobody declares as untyped', () => {
    const list = argumentPaths({
      properties: { tags: { type: 'array', items: { type: 'string' } }, sums: { type: 'array', items: { type: 'integer' } } },
    });
    expect(optionFor('args.tags[*]', list).kind).toBe('string');
    expect(optionFor('args.sums[0]', list).kind).toBe('number');
    expect(kindOf('args.undeclared')).toBe('unknown');
    expect(kindOf('agent.labels.team')).toBe('string');
  });

  it('go on with every fact of agent, grant, client, time, tool and server that the language has', () => {
    const all = Object.entries(ROOT_FIELDS).flatMap(([root, fields]) => Object.keys(fields).map((field) => `${root}.${field}`));
    expect(CONTEXT_PATHS.map((option) => option.path)).toEqual(all);
  });
});
