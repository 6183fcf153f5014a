import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import { lookUp, truth } from './naive-conditions';

/**
 * A second reading of docs/policy-language.md, written for clarity and sharing nothing with the engine but types: it walks the
 * raw policy for each call, compiles nothing and remembers nothing. Where the two differ, one of them misread the language.
 */

// biome-ignore lint/suspicious/noExplicitAny: it reads raw JSON, whatever its shape
type Any = any;

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
    const named: string[] = [...Object.keys(policy.tools ?? {}), ...(policy.hide ?? [])].filter((entry) => !entry.includes('*'));
    const knowsInnerTools = named.some((entry) => !catalogue.has(entry));
    const lenient = outer !== null && !outer.declared && outer.rule.startsWith('/tools/') && !tool && !knowsInnerTools;
    let refused = false;
    if (!found && policy.default === 'deny' && !lenient) {
      deny('denied', outer ? 'dispatch.unknown_tool' : 'policy.default_deny', '(default deny)', null);
      refused = true;
    } else if (found?.block.action === 'deny') {
      deny(
        'denied',
        found.pointer.startsWith('/risk') ? 'policy.risk_deny' : 'policy.action_deny',
        `${found.pointer}/action`,
        found.block.reason ?? null,
      );
      refused = true;
    }
    if (!refused) {
      const mine: NaiveDecision['charges'] = [];
      const refusal =
        runBlock(found?.block ?? {}, found?.pointer ?? '', policy, facts, enforced, mine) ??
        runBlock(policy.all_tools ?? {}, '/all_tools', policy, facts, enforced, mine);
      if (refusal) deny('denied', refusal.reason, refusal.rule, refusal.message);
      else {
        for (const [block, pointer] of [
          [found?.block ?? {}, found?.pointer ?? ''],
          [policy.all_tools ?? {}, '/all_tools'],
        ] as const) {
          const asked = asks(block, pointer, policy, facts);
          if (asked)
            findings.push({
              outcome: 'needs_approval',
              reason: 'approval.needed',
              rule: asked.rule,
              message: null,
              enforced,
              count: asked.count,
            });
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
  const worst = [...findings]
    .map((finding, i) => ({ finding, i }))
    .sort(
      (a, b) =>
        Number(b.finding.enforced) - Number(a.finding.enforced) ||
        STRICT.indexOf(a.finding.outcome) - STRICT.indexOf(b.finding.outcome) ||
        b.finding.count - a.finding.count ||
        a.i - b.i,
    )[0]?.finding;
  if (!worst)
    return {
      outcome: 'allowed',
      passes: true,
      observed: false,
      reason: allowedBy.reason,
      rule: allowedBy.rule,
      message: null,
      tools,
      charges,
    };
  const blocks = worst.enforced && worst.outcome !== 'needs_approval';
  return {
    outcome: worst.outcome,
    passes: !worst.enforced,
    observed: !worst.enforced,
    reason: worst.reason,
    rule: worst.rule,
    message: worst.message,
    tools,
    charges: blocks ? [] : charges,
  };
}

function blockFor(policy: Any, name: string, category: string | undefined): { block: Any; pointer: string } | null {
  const token = (text: string) => text.split('~').join('~0').split('/').join('~1');
  const tools = policy.tools ?? {};
  const keys = Object.keys(tools).filter((key) => nameMatches(key, name));
  keys.sort(
    (a, b) => Number(b === name && !b.includes('*')) - Number(a === name && !a.includes('*')) || b.length - a.length || (a < b ? -1 : 1),
  );
  const key = keys[0];
  if (key !== undefined) return { block: tools[key], pointer: `/tools/${token(key)}` };
  const block = category === undefined ? undefined : policy.risk?.[category];
  return block ? { block, pointer: `/risk/${category}` } : null;
}

function nameMatches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.\\+?^${}()|[\]/-]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${source}$`).test(name);
}

function runBlock(
  block: Any,
  pointer: string,
  policy: Any,
  facts: Any,
  enforced: boolean,
  mine: NaiveDecision['charges'],
): { reason: string; rule: string; message: string | null } | null {
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
  if (block.rate_limit)
    limits.push([
      `${pointer}/rate_limit`,
      typeof block.rate_limit === 'string' ? {} : { scope: block.rate_limit.scope, on_deny: block.rate_limit.on_deny },
    ]);
  for (const [rule, limit] of limits) {
    const amount = limit.increment_from ? lookUp(limit.increment_from, policy, facts) : (limit.increment ?? 1);
    const scope = scopeValue(limit.scope ?? 'grant', policy, facts);
    if (typeof amount !== 'number' || amount < 0 || scope === undefined)
      return { reason: 'argument.uncountable', rule, message: limit.on_deny ?? null };
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
  return value === undefined || (value !== null && typeof value === 'object') || (typeof value === 'string' && value.length > 256)
    ? undefined
    : JSON.stringify(value);
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
  const plain = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '');
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
