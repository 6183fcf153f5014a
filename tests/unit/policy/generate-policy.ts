import type { CallFacts, CatalogueTool } from '@/lib/domain/decision';
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

const TOOLS = ['pay', 'pay_out', 'read_file', 'call_tool', 'run_any', 'run_code', 'github__delete_repo', 'github__list'];
const PATTERNS = [...TOOLS, 'github__*', '*', '*_file', 'github__del*', 'nobody.knows', 'un*known', 'r*_*'];
const SCALARS: readonly Json[] = [
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
const PATHS = [
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
const PLACES: Readonly<Record<string, { readonly values: readonly Json[]; readonly tests: readonly Json[] }>> = {
  path_within: {
    values: [
      '/work/a',
      '/work',
      '/work/../etc',
      '/work//a/./b',
      '/workshop',
      '/work/%2e%2e/x',
      'work/a',
      '/../work',
      '/work/a/..',
      3,
      null,
    ],
    tests: ['/work', '/work/a', '/', '/etc'],
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
const ARGUMENTS = ['a', 'b', 'list', 'items', 'places', ...Object.keys(PLACES)];
const SCHEMAS: readonly Json[] = [
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
const VALUE_PATHS = ['args.b', 'args.list', 'grant.scopes', 'agent.labels.team', 'args.nothing'];
const TEXTS = ['acme', 'a', '', 'c', '/'];
const GLOBS = ['a*', '*', '**', 'a/*', 'a/**', '*c', '**/c', 'ac*e', '*a*'];
const REGEXES = ['a.*', '.*e', '[a-z]+', 'acme', '.*', 'a|b', '^acme$', '(a|c)+.*', '[0-9]+', 'a.c.*'];
const SCOPES = ['grant', 'agent', 'owner', 'server', 'policy', 'session', 'args.a', 'args.list[0]'];

export function randomValue(r: Seeded, depth = 2): Json {
  if (depth === 0 || r.chance(0.7)) return r.pick(SCALARS);
  if (r.chance(0.5)) return r.some(3, () => randomValue(r, depth - 1));
  return Object.fromEntries(r.some(3, () => [r.pick(['a', 'b', 'c', 'price', 'toString']), randomValue(r, depth - 1)] as const));
}

function condition(r: Seeded): Record<string, Json> {
  if (r.chance(0.25)) return placeCondition(r);
  if (r.chance(0.1))
    return {
      path: r.pick(['args.a', 'args.b', 'time.hour', 'args.items[*].price']),
      op: r.pick(['lt', 'lte', 'gt', 'gte']),
      value: r.pick([1, 9, 50]),
    };
  const path = r.pick(PATHS);
  const op = r.pick([
    'eq',
    'neq',
    'in',
    'not_in',
    'lt',
    'lte',
    'gt',
    'gte',
    'contains',
    'starts_with',
    'ends_with',
    'glob',
    'regex',
    'exists',
    'type',
    'length_lte',
    'length_gte',
    'keys_in',
  ]);
  const day = path === 'time.weekday';
  const scalar = () => (day ? r.pick<Json>([1, 5, 7, 'mon', 'Friday']) : r.pick(SCALARS));
  const value = (): Json => {
    switch (op) {
      case 'in':
      case 'not_in':
        return r.chance(0.3) ? r.pick(VALUE_PATHS) : r.some(4, scalar);
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        return r.chance(0.3) && !day ? r.pick([...VALUE_PATHS, '2026-11-20T08:00:00+01:00']) : r.pick([0, 1, 9, 50, -1]);
      case 'starts_with':
      case 'ends_with':
        return day ? 'mon' : r.pick(TEXTS);
      case 'glob':
        return day ? 'mon' : r.pick(GLOBS);
      case 'regex':
        return day ? 'mon' : r.pick(REGEXES);
      case 'exists':
        return r.chance(0.5);
      case 'type':
        return day ? 'number' : r.pick(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
      case 'length_lte':
      case 'length_gte':
        return r.below(4);
      case 'keys_in':
        return day ? [] : r.some(4, () => r.pick(['a', 'b', 'c', 'list', 'items', 'tool_name', 'arguments', 'toString']));
      default:
        return day ? scalar() : r.chance(0.8) ? scalar() : randomValue(r);
    }
  };
  const made: Record<string, Json> = { path, op: day && !['in', 'not_in', 'eq', 'neq', 'lt', 'gte'].includes(op) ? 'eq' : op, value: null };
  made.value = made.op === op ? value() : 3;
  if (r.chance(0.1)) made.timezone = r.pick(['Europe/Oslo', 'Asia/Kolkata', 'America/New_York']);
  return made;
}

function placeCondition(r: Seeded): Record<string, Json> {
  const op = r.pick(['path_within', 'host_in', 'cidr', 'matches_schema', 'keys_in']);
  if (op === 'matches_schema')
    return { path: r.pick(['args', 'args', 'args.a', 'args.items[*]', 'args.list']), op, value: r.pick(SCHEMAS) };
  if (op === 'keys_in')
    return { path: r.pick(['args', 'args.items[*]']), op, value: r.pick([['price'], ['tool_name', 'arguments'], ARGUMENTS]) };
  return { path: r.pick([`args.${op}`, `args.${op}`, `args.${op}`, 'args.places[*]']), op, value: r.pick(PLACES[op]?.tests ?? []) };
}

function rule(r: Seeded): Record<string, Json> {
  const made: Record<string, Json> = r.chance(0.7) ? condition(r) : { conditions: r.some(3, () => condition(r)) };
  if (r.chance(0.3)) made.on_deny = `sentence ${r.below(100)}`;
  if (r.chance(0.2)) made.mode = r.pick(['observe', 'enforce']);
  return made;
}

function limit(r: Seeded): Record<string, Json> {
  const made: Record<string, Json> = {
    counter: r.pick(['c', 'd']),
    window: r.pick(['second', 'minute', 'hour', '90s', '2h', 'day', 'week', 'month', '30d']),
    max: 1 + r.below(9),
  };
  if (r.chance(0.8)) made.scope = r.pick(SCOPES);
  if (made.window !== 'month' && r.chance(0.4)) made.align = r.pick(['sliding', 'calendar']);
  if (r.chance(0.2)) made.increment = r.pick([2, 5]);
  if (r.chance(0.2)) made.on_upstream_error = r.pick(['refund', 'keep']);
  if (r.chance(0.2)) made.on_deny = 'spent';
  if (made.increment === undefined && r.chance(0.3)) made.increment_from = r.pick(['args.a', 'args.b', 'args.list[0]']);
  if (r.chance(0.2)) made.mode = r.pick(['observe', 'enforce']);
  return made;
}

/** A policy as JSON. `densities` above 1 would make everything denied, which tests little: most blocks stay small. */
export function randomPolicy(r: Seeded): Record<string, Json> {
  const common = (): Record<string, Json> => {
    const made: Record<string, Json> = {};
    if (r.chance(0.2)) made.require = r.some(2, () => rule(r));
    if (r.chance(0.25)) made.deny_if = r.some(2, () => rule(r));
    if (r.chance(0.3)) made.limits = r.some(2, () => limit(r));
    if (r.chance(0.1))
      made.rate_limit = r.pick<Json>([
        '10/minute',
        { max: 3, window: 60 },
        { max: 3, window: 60, mode: 'observe' },
        { max: 2, window: '15m', align: 'sliding', scope: 'agent' },
      ]);
    if (r.chance(0.15))
      made.approval = r.pick<Json>([
        true,
        null,
        { when: r.some(2, () => condition(r)), count: 1 + r.below(3) },
        { mode: 'observe' },
        { mode: 'enforce' },
      ]);
    if (r.chance(0.1)) made.redact = ['args.a'];
    return made;
  };
  const block = (): Record<string, Json> => {
    const made = common();
    if (r.chance(0.25)) made.action = r.pick(['allow', 'deny', 'approve']);
    if (r.chance(0.2)) made.reason = 'the reason';
    if (r.chance(0.15)) made.mode = r.pick(['enforce', 'observe']);
    return made;
  };
  const tool = (): Record<string, Json> => {
    const made = block();
    if (r.chance(0.2)) made.dispatch = r.pick<Json>([false, { tool: 'args.tool_name', arguments: 'args.arguments' }, { tool: 'args.a' }]);
    return made;
  };
  const policy: Record<string, Json> = { version: '1', default: r.pick(['allow', 'deny']) };
  if (r.chance(0.2)) policy.mode = r.pick(['observe', 'enforce']);
  if (r.chance(0.1)) policy.timezone = 'Europe/Oslo';
  if (r.chance(0.25)) policy.hide = r.some(2, () => r.pick(PATTERNS));
  if (r.chance(0.25)) policy.all_tools = common();
  if (r.chance(0.3))
    policy.risk = Object.fromEntries(r.some(3, () => [r.pick(['read', 'write', 'execute', 'destructive', 'financial']), block()] as const));
  policy.tools = Object.fromEntries(r.some(6, () => [r.pick(PATTERNS), tool()] as const));
  return policy;
}

function randomArguments(r: Seeded, depth = 4): Record<string, Json> {
  if (depth > 0 && r.chance(0.45)) {
    const made: Record<string, Json> = {};
    if (!r.chance(0.03))
      made.tool_name = r.chance(0.9)
        ? r.pick([...TOOLS, 'nobody.knows', 'x__unknown'])
        : r.pick<Json>([1, null, 'a b', 'x'.repeat(129), { a: 1 }]);
    if (!r.chance(0.05)) made.arguments = r.chance(0.95) ? randomArguments(r, depth - 1) : r.pick<Json>([[], 'x', null]);
    if (r.chance(0.04)) made[r.pick(['toolName', 'Tool_Name', 'extra'])] = 'pay';
    if (r.chance(0.2)) made.a = randomValue(r);
    return made;
  }
  const made: Record<string, Json> = {};
  for (const key of ['a', 'b']) if (r.chance(0.7)) made[key] = randomValue(r);
  const places = Object.entries(PLACES);
  for (const [op, { values }] of places) if (r.chance(0.6)) made[op] = r.pick(values);
  if (r.chance(0.3)) made.places = r.some(3, () => r.pick(r.pick(places)[1].values));
  if (r.chance(0.5)) made.list = r.chance(0.9) ? r.some(3, () => r.pick(SCALARS)) : 'no list';
  if (r.chance(0.4)) made.items = r.some(3, () => (r.chance(0.8) ? { price: r.pick([1, 50, 'x']) } : r.pick(SCALARS)));
  return made;
}

/** Dispatchers inside dispatchers, around the depth where it is too much. */
function nested(r: Seeded, depth: number): Record<string, Json> {
  if (depth === 0) return randomArguments(r, 0);
  return { tool_name: depth === 1 ? r.pick(TOOLS) : r.pick(['call_tool', 'run_any']), arguments: nested(r, depth - 1) };
}

const DISPATCH = { tool: 'args.tool_name', arguments: 'args.arguments' };
const PLAIN_SCHEMA = { type: 'object', properties: { a: { type: ['number', 'string'] }, list: { type: 'array' } }, required: ['a'] };
const SCHEMA = { type: 'object', properties: { tool_name: { type: 'string' }, arguments: { type: 'object' }, a: {} } };

export function randomCatalogue(r: Seeded): Map<string, CatalogueTool> {
  const catalogue = new Map<string, CatalogueTool>();
  for (const name of TOOLS) {
    if (r.chance(0.07)) continue;
    const dispatch =
      name === 'call_tool' || name === 'run_any'
        ? DISPATCH
        : name === 'run_code'
          ? { tool: 'args.code', arguments: null, opaque: true }
          : null;
    const inputSchema =
      name === 'call_tool'
        ? SCHEMA
        : name === 'run_any'
          ? { ...SCHEMA, additionalProperties: true }
          : name.startsWith('pay')
            ? PLAIN_SCHEMA
            : null;
    catalogue.set(name, {
      name,
      dispatch,
      inputSchema,
      digest: 'd',
      category: r.pick(['read', 'write', 'execute', 'destructive', 'financial'] as const),
      risk: r.pick(['low', 'medium', 'high', 'critical'] as const),
      status: r.chance(0.93) ? 'active' : r.pick(['pending', 'quarantined'] as const),
    });
  }
  return catalogue;
}

export function randomCall(r: Seeded): CallFacts {
  const deep = r.chance(0.05);
  return {
    tool: deep || r.chance(0.4) ? r.pick(['call_tool', 'run_any']) : r.pick([...TOOLS, 'nobody.knows']),
    args: deep ? nested(r, 2 + r.below(4)) : randomArguments(r),
    at: Date.UTC(2026, r.below(12), 1 + r.below(28), r.below(24), r.below(60)),
    server: { id: 'srv_1', slug: 'main' },
    agent: {
      id: 'agt_1',
      slug: 'a',
      name: 'acme',
      owner: 'o@example.com',
      environment: r.pick([null, 'prod']),
      labels: r.chance(0.5) ? { team: 'acme' } : {},
    },
    grant: { id: 'grt_1', scopes: r.some(2, () => r.pick(['acme', 'read', 'admin'])), purpose: r.pick([null, 'acme']) },
    client: r.chance(0.5) ? { name: 'acme', version: '1' } : null,
    session: r.chance(0.5) ? 'ses_1' : null,
  };
}
