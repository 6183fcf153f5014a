import { BlockList, isIP } from 'node:net';
import { posix } from 'node:path';
import type { CallFacts, Catalogue } from '@/lib/domain/decision';

/**
 * A second reading of docs/policy-language.md, written for clarity and sharing nothing with the engine but types: it walks the
 * raw policy for each call, compiles nothing and remembers nothing. Where the two differ, one of them misread the language.
 */

// biome-ignore lint/suspicious/noExplicitAny: it reads raw JSON, whatever its shape
type Any = any;
type Truth = true | false | 'unknown';

export interface NaiveDecision {
  outcome: string;
  passes: boolean;
  observed: boolean;
  reason: string;
  rule: string;
  message: string | null;
  tools: string[];
  charges: { rule: string; scopeKey: string; amount: number; enforced: boolean }[];
}

interface Finding {
  outcome: 'hidden' | 'denied' | 'needs_approval';
  reason: string;
  rule: string;
  message: string | null;
  enforced: boolean;
  count: number;
}

const STRICT = ['hidden', 'denied', 'needs_approval'];

export function naiveDecide(policy: Any, call: CallFacts, catalogue: Catalogue): NaiveDecision {
  const findings: Finding[] = [];
  const tools: string[] = [];
  let charges: NaiveDecision['charges'] = [];
  let name = call.tool;
  let args: Any = call.args;
  let outer: { rule: string; declared: boolean } | null = null;
  let allowedBy: { reason: string; rule: string } | null = null;
  for (;;) {
    const tool = catalogue.get(name);
    const opaque = tool?.dispatch?.opaque === true;
    const category = opaque ? 'execute' : tool?.category;
    const found = blockFor(policy, name, category);
    const mode = found?.block.mode ?? policy.mode ?? 'enforce';
    const enforced = mode === 'enforce';
    const deny = (outcome: Finding['outcome'], reason: string, rule: string, message: string | null, always = false): void => {
      findings.push({ outcome, reason, rule, message, enforced: always || enforced, count: 0 });
    };
    tools.push(name);
    if (allowedBy === null) {
      allowedBy = found ? { reason: 'policy.allowed', rule: found.pointer } : { reason: 'policy.default_allow', rule: '(default allow)' };
    }
    if ((policy.hide ?? []).some((entry: string) => nameMatches(entry, name))) {
      deny('hidden', 'policy.hidden', '(hidden)', null);
      if (enforced) break;
    }
    if (!tool && !outer) {
      deny('denied', 'tool.unknown', '(default deny)', null, true);
      break;
    }
    if (tool && tool.status !== 'active') {
      deny('denied', `tool.${tool.status}`, '(quarantined)', null, true);
      break;
    }
    const facts = { call, name, args, tool, category };
    const lenient = outer !== null && !outer.declared && outer.rule.startsWith('/tools/') && !tool;
    let refused = false;
    if (!found && policy.default === 'deny' && !lenient) {
      deny('denied', outer ? 'dispatch.unknown_tool' : 'policy.default_deny', '(default deny)', null);
      refused = true;
    } else if (found?.block.action === 'deny') {
      deny('denied', found.pointer.startsWith('/risk') ? 'policy.risk_deny' : 'policy.action_deny', `${found.pointer}/action`, found.block.reason ?? null);
      refused = true;
    }
    if (!refused) {
      const mine: NaiveDecision['charges'] = [];
      const refusal = runBlock(found?.block ?? {}, found?.pointer ?? '', policy, facts, enforced, mine)
        ?? runBlock(policy.all_tools ?? {}, '/all_tools', policy, facts, enforced, mine);
      if (refusal) deny('denied', refusal.reason, refusal.rule, refusal.message);
      else {
        for (const [block, pointer] of [[found?.block ?? {}, found?.pointer ?? ''], [policy.all_tools ?? {}, '/all_tools']] as const) {
          const asked = asks(block, pointer, policy, facts);
          if (asked) findings.push({ outcome: 'needs_approval', reason: 'approval.needed', rule: asked.rule, message: null, enforced, count: asked.count });
        }
        charges = merge(charges, mine);
      }
    }
    const declared = found?.block.dispatch;
    if (declared === false) break;
    const shape = declared ?? (opaque ? null : tool?.dispatch);
    if (!shape) break;
    const rule = declared ? `${found?.pointer}/dispatch` : '(dispatch)';
    const inner = innerOf(shape, facts);
    if ('reason' in inner) {
      deny('denied', inner.reason, rule, null);
      break;
    }
    if (tools.length > 3) {
      deny('denied', 'dispatch.too_deep', rule, null);
      break;
    }
    outer = { rule: found?.pointer ?? '(default)', declared: Boolean(declared) };
    name = inner.name;
    args = inner.args;
  }
  const worst = [...findings].map((finding, i) => ({ finding, i })).sort((a, b) =>
    Number(b.finding.enforced) - Number(a.finding.enforced)
    || STRICT.indexOf(a.finding.outcome) - STRICT.indexOf(b.finding.outcome)
    || b.finding.count - a.finding.count
    || a.i - b.i)[0]?.finding;
  if (!worst) return { outcome: 'allowed', passes: true, observed: false, reason: allowedBy.reason, rule: allowedBy.rule, message: null, tools, charges };
  const blocks = worst.enforced && worst.outcome !== 'needs_approval';
  return { outcome: worst.outcome, passes: !worst.enforced, observed: !worst.enforced, reason: worst.reason, rule: worst.rule, message: worst.message, tools, charges: blocks ? [] : charges };
}

function blockFor(policy: Any, name: string, category: string | undefined): { block: Any; pointer: string } | null {
  const escape = (text: string) => text.split('~').join('~0').split('/').join('~1');
  const tools = policy.tools ?? {};
  const keys = Object.keys(tools).filter((key) => nameMatches(key, name));
  keys.sort((a, b) => Number(b === name && !b.includes('*')) - Number(a === name && !a.includes('*')) || b.length - a.length || (a < b ? -1 : 1));
  const key = keys[0];
  if (key !== undefined) return { block: tools[key], pointer: `/tools/${escape(key)}` };
  const block = category === undefined ? undefined : policy.risk?.[category];
  return block ? { block, pointer: `/risk/${category}` } : null;
}

function nameMatches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const source = pattern.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]/-]/g, '\\$&')).join('[^]*');
  return new RegExp(`^${source}$`).test(name);
}

function runBlock(block: Any, pointer: string, policy: Any, facts: Any, enforced: boolean, mine: NaiveDecision['charges']): { reason: string; rule: string; message: string | null } | null {
  const conditionsOf = (rule: Any) => (Array.isArray(rule.conditions) ? rule.conditions : [rule]);
  for (const [i, rule] of (block.require ?? []).entries()) {
    const holds = conditionsOf(rule).every((condition: Any) => truth(condition, policy, facts, 'all') === true);
    if (!holds) return { reason: 'argument.required', rule: `${pointer}/require/${i}`, message: rule.on_deny ?? block.reason ?? null };
  }
  for (const [i, rule] of (block.deny_if ?? []).entries()) {
    const holds = conditionsOf(rule).every((condition: Any) => truth(condition, policy, facts, 'some') !== false);
    if (holds) return { reason: 'argument.denied', rule: `${pointer}/deny_if/${i}`, message: rule.on_deny ?? block.reason ?? null };
  }
  const limits: [string, Any][] = (block.limits ?? []).map((limit: Any, i: number) => [`${pointer}/limits/${i}`, limit]);
  if (block.rate_limit) limits.push([`${pointer}/rate_limit`, typeof block.rate_limit === 'string' ? {} : { scope: block.rate_limit.scope, on_deny: block.rate_limit.on_deny }]);
  for (const [rule, limit] of limits) {
    const amount = limit.increment_from ? lookUp(limit.increment_from, policy, facts) : (limit.increment ?? 1);
    const scope = scopeValue(limit.scope ?? 'grant', policy, facts);
    if (typeof amount !== 'number' || amount < 0 || scope === undefined) return { reason: 'argument.uncountable', rule, message: limit.on_deny ?? null };
    mine.push({ rule, scopeKey: scope, amount, enforced });
  }
  return null;
}

function merge(before: NaiveDecision['charges'], more: NaiveDecision['charges']): NaiveDecision['charges'] {
  const result = [...before];
  for (const charge of more) {
    const twin = result.findIndex((other) => other.rule === charge.rule && other.scopeKey === charge.scopeKey);
    if (twin < 0) result.push(charge);
    else if ((result[twin] as Any).amount < charge.amount) result[twin] = charge;
  }
  return result;
}

function scopeValue(scope: string, policy: Any, facts: Any): string | undefined {
  const { call } = facts;
  if (scope === 'grant') return call.grant.id;
  if (scope === 'agent') return call.agent.id;
  if (scope === 'owner') return call.agent.owner;
  if (scope === 'server') return call.server.id;
  if (scope === 'policy') return 'policy';
  if (scope === 'session') return call.session === null ? call.grant.id : call.session;
  const value = lookUp(scope, policy, facts);
  return value === undefined || (value !== null && typeof value === 'object') || (typeof value === 'string' && value.length > 256) ? undefined : JSON.stringify(value);
}

function asks(block: Any, pointer: string, policy: Any, facts: Any): { rule: string; count: number } | null {
  const always = block.action === 'approve';
  const approval = block.approval === true ? {} : block.approval || null;
  if (!approval && !always) return null;
  const when = always ? [] : (approval?.when ?? []);
  if (!when.every((condition: Any) => truth(condition, policy, facts, 'some') !== false)) return null;
  return { rule: approval ? `${pointer}/approval` : `${pointer}/action`, count: approval?.count ?? 1 };
}

function innerOf(shape: Any, facts: Any): { name: string; args: Any } | { reason: string } {
  const properties = facts.tool?.inputSchema?.properties;
  const root = (path: string | null | undefined) => (path ? path.split('.')[1] : undefined);
  const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  if (facts.args !== undefined) {
    for (const key of Object.keys(facts.args)) {
      if (key === root(shape.tool) || key === root(shape.arguments) || (properties && Object.hasOwn(properties, key))) continue;
      const extra = facts.tool?.inputSchema?.additionalProperties;
      const spelling = [root(shape.tool), root(shape.arguments)].some((wanted) => wanted && plain(wanted) === plain(key));
      if ((properties && (extra === undefined || extra === false)) || spelling) return { reason: 'argument.undeclared' };
    }
  }
  const name = lookUp(shape.tool, {}, facts);
  if (typeof name !== 'string') return { reason: 'dispatch.malformed' };
  if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) return { reason: 'dispatch.unknown_tool' };
  if (!shape.arguments) return { name, args: undefined };
  const args = lookUp(shape.arguments, {}, facts);
  if (args === undefined) return { name, args: {} };
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return { reason: 'dispatch.malformed' };
  return { name, args };
}

/** All values under a path: a list, because `[*]` may stand for many; `missing` marks holes. */
const missing = Symbol('missing');
function values(path: string, policy: Any, facts: Any, timezone?: string): Any[] {
  const { call, tool } = facts;
  const roots: Any = {
    args: facts.args === undefined ? missing : facts.args,
    tool: { name: facts.name, ...(tool ? { risk: tool.risk } : {}), ...(facts.category ? { category: facts.category } : {}) },
    agent: { name: call.agent.name, owner: call.agent.owner, environment: call.agent.environment, labels: call.agent.labels },
    grant: { scopes: call.grant.scopes, purpose: call.grant.purpose },
    client: call.client ? { name: call.client.name } : {},
    server: { slug: call.server.slug },
    ...(path.startsWith('time') ? { time: zoned(call.at, timezone ?? policy.timezone ?? 'UTC') } : {}),
  };
  const parts = path.replace(/\[(\d+|\*)\]/g, '.[$1]').split('.');
  let here: Any[] = [roots[parts[0] as string]];
  for (const part of parts.slice(1)) {
    here = here.flatMap((value): Any[] => {
      if (value === missing) return [missing];
      if (part === '[*]') return Array.isArray(value) ? value : [missing];
      if (part.startsWith('[')) return [Array.isArray(value) && Number(part.slice(1, -1)) < value.length ? value[Number(part.slice(1, -1))] : missing];
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [isObject && Object.prototype.hasOwnProperty.call(value, part) ? value[part] : missing];
    });
  }
  return here;
}

function lookUp(path: string, policy: Any, facts: Any): Any {
  const [value] = values(path, policy, facts);
  return value === missing ? undefined : value;
}

function zoned(at: number, timezone: string): { hour: number; weekday: number; iso: string } {
  const read = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options }).format(at);
  return {
    hour: Number(read({ hour: '2-digit', hourCycle: 'h23' })),
    weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(read({ weekday: 'short' })) + 1,
    iso: new Date(at).toISOString(),
  };
}

function truth(condition: Any, policy: Any, facts: Any, quantifier: 'all' | 'some'): Truth {
  const results = values(condition.path, policy, facts, condition.timezone).map((value): Truth => {
    if (value === missing) {
      if (condition.op !== 'exists' || (condition.path.startsWith('args') && facts.args === undefined)) return 'unknown';
      return condition.value === false;
    }
    return compare(condition.op, value, condition.value, condition, policy, facts);
  });
  if (quantifier === 'all') return results.includes(false) ? false : results.includes('unknown') ? 'unknown' : true;
  return results.includes(true) ? true : results.includes('unknown') ? 'unknown' : false;
}

function same(a: Any, b: Any): boolean {
  if (typeof a !== typeof b || Array.isArray(a) !== Array.isArray(b) || (a === null) !== (b === null)) return false;
  if (typeof a !== 'object' || a === null) return a === b;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.every((key) => Object.hasOwn(a, key) && Object.hasOwn(b, key) && same(a[key], b[key]));
}

const instant = (text: string): number | null => (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : null);
const looksLikePath = (value: Any) => typeof value === 'string' && /^(args|agent|grant|tool|client|server|time)\b/.test(value);
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const dayNumber = (value: Any) => (typeof value === 'string' && weekdays.includes(value.slice(0, 3).toLowerCase()) && !looksLikePath(value) ? weekdays.indexOf(value.slice(0, 3).toLowerCase()) + 1 : value);

function compare(op: string, actual: Any, written: Any, condition: Any, policy: Any, facts: Any): Truth {
  let value = written;
  if (condition.path === 'time.weekday') value = Array.isArray(value) ? value.map(dayNumber) : dayNumber(value);
  if (['in', 'not_in', 'lt', 'lte', 'gt', 'gte'].includes(op) && looksLikePath(value)) {
    value = lookUp(value, policy, facts);
    if (value === undefined) return 'unknown';
  }
  switch (op) {
    case 'eq': return same(actual, value);
    case 'neq': return !same(actual, value);
    case 'in': case 'not_in':
      if (!Array.isArray(value)) return 'unknown';
      return value.some((item: Any) => same(item, actual)) === (op === 'in');
    case 'lt': case 'lte': case 'gt': case 'gte': {
      let [a, b] = [actual, value];
      if (typeof a === 'string' && typeof b === 'string') [a, b] = [instant(a), instant(b)];
      if (typeof a !== 'number' || typeof b !== 'number') return 'unknown';
      return op === 'lt' ? a < b : op === 'lte' ? a <= b : op === 'gt' ? a > b : a >= b;
    }
    case 'contains':
      if (Array.isArray(actual)) return actual.some((item) => same(item, value));
      return typeof actual === 'string' && typeof value === 'string' ? actual.indexOf(value) >= 0 : 'unknown';
    case 'starts_with': return typeof actual === 'string' ? actual.slice(0, value.length) === value : 'unknown';
    case 'ends_with': return typeof actual === 'string' ? value === '' || actual.slice(-value.length) === value : 'unknown';
    case 'glob': {
      if (typeof actual !== 'string' || actual.length > 8192) return 'unknown';
      const source = value.replace(/\*\*|\*|[^*]/gs, (token: string) => (token === '**' ? '[^]*' : token === '*' ? '[^/]*' : token.replace(/[.\\+?^${}()|[\]/-]/g, '\\$&')));
      return new RegExp(`^${source}$`).test(actual);
    }
    case 'regex': {
      if (typeof actual !== 'string' || actual.length > 8192) return 'unknown';
      const open = value.replace(/^(\^?)\.\*/, '$1[^]*').replace(/(^|[^\\])\.\*(\$?)$/, '$1[^]*$2');
      return new RegExp(`^(?:${open})$`).test(actual);
    }
    case 'exists': return (actual !== null) === value;
    case 'type': {
      const type = actual === null ? 'null' : Array.isArray(actual) ? 'array' : typeof actual;
      return value === 'integer' ? type === 'number' && Math.floor(actual) === actual : type === value;
    }
    case 'length_lte': case 'length_gte': {
      const size = typeof actual === 'string' ? Array.from(actual).length : Array.isArray(actual) ? actual.length : typeof actual === 'object' && actual !== null ? Object.keys(actual).length : null;
      return size === null ? 'unknown' : op === 'length_lte' ? size <= value : size >= value;
    }
    case 'keys_in':
      return typeof actual === 'object' && actual !== null && !Array.isArray(actual) ? Object.keys(actual).filter((key) => !value.includes(key)).length === 0 : 'unknown';
    case 'path_within': {
      if (typeof actual !== 'string' || !posix.isAbsolute(actual) || /[\x00-\x1f\x7f\\]|%(2e|2f|5c|00|25)/i.test(actual)) return 'unknown';
      let level = 0;
      for (const part of actual.split('/')) {
        level += part === '..' ? -1 : part === '' || part === '.' ? 0 : 1;
        if (level < 0) return 'unknown';
      }
      const clean = posix.normalize(actual).replace(/^\/+/, '/').replace(/(.)\/$/, '$1');
      return clean === value || clean.startsWith(`${value}/`);
    }
    case 'host_in': {
      if (typeof actual !== 'string' || /[\x00-\x20\x7f\\]/.test(actual) || !/^https?:\/\/[^/@?#]+([/?#]|$)/i.test(actual)) return 'unknown';
      let url: URL;
      try {
        url = new URL(actual);
      } catch {
        return 'unknown';
      }
      if (url.hostname.endsWith('.')) return 'unknown';
      return value.some((entry: string) => {
        if (entry.startsWith('*.')) return url.port === '' && url.hostname.endsWith(entry.slice(1));
        return url.host === entry;
      });
    }
    case 'cidr': {
      if (typeof actual !== 'string' || isIP(actual) === 0) return 'unknown';
      const plain = actual.replace(/^::ffff:(?=\d+\.)/i, '');
      const list = new BlockList();
      for (const entry of value) {
        const [address, bits] = entry.split('/');
        list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
      }
      return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
    }
    default: throw new Error(`the naive evaluator does not know ${op}`);
  }
}
