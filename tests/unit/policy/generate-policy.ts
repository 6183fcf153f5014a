import type { Json } from '@/lib/kernel/json';
import {
  ARGUMENTS,
  GLOBS,
  PATHS,
  PATTERNS,
  PLACES,
  REGEXES,
  randomValue,
  SCALARS,
  SCHEMAS,
  SCOPES,
  type Seeded,
  TEXTS,
  VALUE_PATHS,
} from './generate-values';

export { randomCall, randomCatalogue } from './generate-call';
export { Seeded } from './generate-values';

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
