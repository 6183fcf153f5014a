import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';

/** An Intercept policy as its engine holds it. Written from its published reference and behaviour, for comparison only. */
export interface InterceptPolicy {
  readonly version: '1';
  readonly default?: 'allow' | 'deny';
  readonly hide?: readonly string[];
  readonly tools: Readonly<Record<string, { readonly rules: readonly InterceptRule[] }>>;
}

export interface InterceptRule {
  readonly name: string;
  readonly action?: 'evaluate' | 'deny';
  readonly rate_limit?: string;
  readonly conditions?: readonly { readonly path: string; readonly op: string; readonly value: Json }[];
  readonly on_deny?: string;
  readonly state?: { readonly counter: string; readonly window: string; readonly increment?: number; readonly increment_from?: string };
}

interface Counted {
  readonly key: string;
  readonly amount: number;
  readonly limit: number;
}

/** Decides calls in one window as Intercept does: hidden, default deny, then every rule, then all counters or none. */
export class InterceptEngine {
  private readonly counters = new Map<string, number>();

  constructor(private readonly policy: InterceptPolicy) {}

  allows(tool: string, args: JsonObject): boolean {
    const { policy } = this;
    if ((policy.hide ?? []).some((name) => name === tool || name === '*')) return false;
    if (policy.default === 'deny' && !Object.hasOwn(policy.tools, tool)) return false;
    const rules = [...this.rulesOf(tool, tool), ...this.rulesOf('*', '_global')];
    for (const { rule, scope } of rules) {
      if (rule.action === 'deny') return false;
      if (!(rule.conditions ?? []).every((condition) => this.holds(condition, args, scope))) return false;
    }
    const reserved: Counted[] = [];
    for (const { rule, scope } of rules) {
      const counted = countedBy(rule, scope, args);
      if (counted === 'refuse') return false;
      if (counted !== null) reserved.push(counted);
    }
    if (reserved.some(({ key, amount, limit }) => (this.counters.get(key) ?? 0) + amount > limit)) return false;
    for (const { key, amount } of reserved) this.counters.set(key, (this.counters.get(key) ?? 0) + amount);
    return true;
  }

  private rulesOf(tool: string, scope: string): { rule: InterceptRule; scope: string }[] {
    const listed = Object.hasOwn(this.policy.tools, tool) ? (this.policy.tools[tool]?.rules ?? []) : [];
    return listed.map((rule) => ({ rule: withRate(rule, scope), scope }));
  }

  private holds(condition: { path: string; op: string; value: Json }, args: JsonObject, _scope: string): boolean {
    const { op, value: wanted } = condition;
    const [present, actual] = condition.path.startsWith('state.')
      ? [true, this.counters.get(condition.path.slice(6)) ?? 0]
      : lookUp(args, condition.path.slice(5));
    if (op === 'exists') return (present && actual !== null) === wanted;
    if (!present) return false;
    switch (op) {
      case 'eq':
        return equal(actual, wanted);
      case 'neq':
        return !equal(actual, wanted);
      case 'in':
        return Array.isArray(wanted) && wanted.some((one: Json) => equal(actual, one));
      case 'not_in':
        return Array.isArray(wanted) && !wanted.some((one: Json) => equal(actual, one));
      case 'regex':
        return typeof actual === 'string' && new RegExp(String(wanted)).test(actual);
      case 'contains':
        if (typeof actual === 'string') return typeof wanted === 'string' && actual.includes(wanted);
        return Array.isArray(actual) && actual.some((one: Json) => equal(one, wanted));
      default:
        if (typeof actual !== 'number' || typeof wanted !== 'number') return false;
        return op === 'lt' ? actual < wanted : op === 'lte' ? actual <= wanted : op === 'gt' ? actual > wanted : actual >= wanted;
    }
  }
}

function withRate(rule: InterceptRule, scope: string): InterceptRule {
  const [count, window] = (rule.rate_limit ?? '').split('/');
  if (rule.rate_limit === undefined || window === undefined) return rule;
  const counter = `_rate_${window}`;
  return { ...rule, conditions: [{ path: `state.${scope}.${counter}`, op: 'lte', value: Number(count) }], state: { counter, window } };
}

function countedBy(rule: InterceptRule, scope: string, args: JsonObject): Counted | 'refuse' | null {
  if (rule.state === undefined) return null;
  const key = `${scope}.${rule.state.counter}`;
  let amount = rule.state.increment ?? 1;
  if (rule.state.increment_from !== undefined) {
    const [present, value] = lookUp(args, rule.state.increment_from.slice(5));
    if (!present || typeof value !== 'number') return 'refuse';
    amount = Math.trunc(value);
  }
  for (const { path, op, value } of rule.conditions ?? []) {
    if (path !== `state.${key}` || typeof value !== 'number') continue;
    if (op === 'lt') return { key, amount, limit: Math.trunc(value) - 1 };
    if (op === 'lte') return { key, amount, limit: Math.trunc(value) };
  }
  return null;
}

function lookUp(args: JsonObject, path: string): [boolean, Json] {
  let current: Json = args;
  for (const key of path.split('.')) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return [false, null];
    current = current[key] as Json;
  }
  return [true, current];
}

/** Numbers as numbers, everything else by the text that Go prints for it. */
function equal(a: Json, b: Json): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  return goText(a) === goText(b);
}

function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isJsonObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goText(value[key] as Json)}`)
      .join(' ')}]`;
  return String(value);
}
