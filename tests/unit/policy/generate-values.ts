import type { Json } from '@/lib/kernel/json';

/** A small, fast, seeded source of numbers (mulberry32), so that a failing pair can be made again from its seed. */
export class Seeded {
  constructor(private state: number) {}
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  some<T>(count: number, make: () => T): T[] {
    return Array.from({ length: this.below(count + 1) }, make);
  }
}

export const TOOLS = ['pay', 'pay_out', 'read_file', 'call_tool', 'run_any', 'run_code', 'github__delete_repo', 'github__list'];
export const PATTERNS = [...TOOLS, 'github__*', '*', '*_file', 'github__del*', 'nobody.knows', 'un*known', 'r*_*'];
export const SCALARS: readonly Json[] = [
  0,
  1,
  -1,
  2.5,
  100,
  '',
  '1',
  'acme',
  'acme\nx',
  'a/b/c',
  'true',
  true,
  false,
  null,
  '2026-11-20T09:00:00Z',
  '2026-11-20',
  '𝒳y',
];
export const PATHS = [
  'args',
  'args.a',
  'args.b',
  'args.a.c',
  'args.list[0]',
  'args.list[*]',
  'args.items[*].price',
  'args.toString',
  'args.__x',
  'tool.name',
  'tool.risk',
  'tool.category',
  'agent.environment',
  'agent.labels.team',
  'grant.scopes',
  'grant.purpose',
  'client.name',
  'time.hour',
  'time.weekday',
  'time.iso',
  'server.slug',
];
/** Values and tests of operators that would otherwise hardly ever meet something they can judge. */
export const PLACES: Readonly<Record<string, { readonly values: readonly Json[]; readonly tests: readonly Json[] }>> = {
  path_within: {
    values: ['/srv/a', '/srv', '/srv/../etc', '/srv//a/./b', '/srvshop', '/srv/%2e%2e/x', 'work/a', '/../srv', '/srv/a/..', 3, null],
    tests: ['/srv', '/srv/a', '/', '/etc'],
  },
  host_in: {
    values: [
      'https://api.acme.com/v1',
      'http://api.acme.com:8080/',
      'https://api.acme.com:443',
      'https://api.acme.com.evil.net',
      'https://api.acme.com@evil.net/',
      'https://ACME.com',
      'https://acme.com./',
      'ftp://acme.com',
      'https://[::1]/',
      'https://acme.com\\@evil.net',
      'acme.com',
      7,
    ],
    tests: [['acme.com'], ['*.acme.com'], ['api.acme.com', 'acme.com'], ['api.acme.com:8080'], []],
  },
  cidr: {
    values: ['10.1.2.3', '10.0.0.0', '11.0.0.1', '::1', 'fd00::12', '::ffff:10.1.2.3', '010.1.2.3', '10.1.2', '1', null, ['10.1.2.3']],
    tests: [['10.0.0.0/8'], ['10.1.2.3/32', 'fd00::/8'], ['::1/128'], ['0.0.0.0/0'], ['::/0'], []],
  },
};
export const ARGUMENTS = ['a', 'b', 'list', 'items', 'places', ...Object.keys(PLACES)];
export const SCHEMAS: readonly Json[] = [
  true,
  {},
  { type: 'string', minLength: 2 },
  { type: ['integer', 'null'], minimum: 0 },
  { type: 'number', maximum: 50 },
  { enum: ['acme', 1, null, [1]] },
  { type: 'array', items: { type: 'string' }, minItems: 1 },
  { type: 'object', properties: { a: { type: 'number' }, b: {} }, additionalProperties: false },
  {
    type: 'object',
    required: ['a'],
    properties: { a: { not: { type: 'string' } } },
    additionalProperties: { type: ['array', 'string', 'number'] },
  },
  { anyOf: [{ type: 'boolean' }, { type: 'object', required: ['price'] }] },
];
export const VALUE_PATHS = ['args.b', 'args.list', 'grant.scopes', 'agent.labels.team', 'args.nothing'];
export const TEXTS = ['acme', 'a', '', 'c', '/'];
export const GLOBS = ['a*', '*', '**', 'a/*', 'a/**', '*c', '**/c', 'ac*e', '*a*'];
export const REGEXES = ['a.*', '.*e', '[a-z]+', 'acme', '.*', 'a|b', '^acme$', '(a|c)+.*', '[0-9]+', 'a.c.*'];
export const SCOPES = ['grant', 'agent', 'owner', 'server', 'policy', 'session', 'args.a', 'args.list[0]'];

export function randomValue(r: Seeded, depth = 2): Json {
  if (depth === 0 || r.chance(0.7)) return r.pick(SCALARS);
  if (r.chance(0.5)) return r.some(3, () => randomValue(r, depth - 1));
  return Object.fromEntries(r.some(3, () => [r.pick(['a', 'b', 'c', 'price', 'toString']), randomValue(r, depth - 1)] as const));
}
