import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import { mergeCharges, type NaiveCharge, scopeValue, windowText } from './naive-charges';
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
  charges: NaiveCharge[];
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
    // Whether this tool is refused, by something that enforces or only observes.
    let refused: 'no' | 'observed' | 'enforced' = 'no';
    if (!found && policy.default === 'deny' && !lenient) {
      deny('denied', outer ? 'dispatch.unknown_tool' : 'policy.default_deny', '(default deny)', null);
      refused = enforced ? 'enforced' : 'observed';
    } else if (found?.block.action === 'deny') {
      deny(
        'denied',
        found.pointer.startsWith('/risk') ? 'policy.risk_deny' : 'policy.action_deny',
        `${found.pointer}/action`,
        found.block.reason ?? null,
      );
      refused = enforced ? 'enforced' : 'observed';
    }
    const mine: NaiveDecision['charges'] = [];
    const parts: [Any, string][] = [
      [found?.block ?? {}, found?.pointer ?? ''],
      [policy.all_tools ?? {}, '/all_tools'],
    ];
    const rules = [
      ...parts.flatMap(([block, pointer]) => refusing(block, pointer)),
      ...parts.flatMap(([block, pointer]) => asking(block, pointer)),
    ];
    for (const rule of rules) {
      // A rule with a mode of its own is looked at although one that only observes has refused already.
      const own = rule.mode !== undefined && (rule.mode === 'enforce') !== enforced;
      if (refused === 'enforced' || (refused === 'observed' && !own)) continue;
      const binds = own ? !enforced : enforced;
      const result = rule.look(policy, facts, binds);
      if (!result) continue;
      if ('charge' in result) mine.push(result.charge);
      else {
        findings.push({ ...result, rule: rule.pointer, enforced: binds });
        if (result.outcome === 'denied' && (binds || !own)) refused = binds ? 'enforced' : 'observed';
      }
    }
    if (refused !== 'enforced')
      charges = mergeCharges(
        charges,
        mine.filter((charge) => refused === 'no' || charge.enforced),
      );
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

type Look = Omit<Finding, 'rule' | 'enforced'> | { charge: NaiveDecision['charges'][number] } | null;

/** One rule of a block, in the order in which they are looked at. */
interface Rule {
  pointer: string;
  mode: string | undefined;
  look(policy: Any, facts: Any, binds: boolean): Look;
}

function refusing(block: Any, pointer: string): Rule[] {
  const conditionsOf = (rule: Any) => (Array.isArray(rule.conditions) ? rule.conditions : [rule]);
  const denied = (reason: string, message: string | undefined) => ({
    outcome: 'denied' as const,
    reason,
    message: message ?? null,
    count: 0,
  });
  const required = (block.require ?? []).map(
    (rule: Any, i: number): Rule => ({
      pointer: `${pointer}/require/${i}`,
      mode: rule.mode,
      look: (policy, facts) =>
        conditionsOf(rule).every((condition: Any) => truth(condition, policy, facts, 'all') === true)
          ? null
          : denied('argument.required', rule.on_deny ?? block.reason),
    }),
  );
  const blocking = (block.deny_if ?? []).map(
    (rule: Any, i: number): Rule => ({
      pointer: `${pointer}/deny_if/${i}`,
      mode: rule.mode,
      look: (policy, facts) =>
        conditionsOf(rule).every((condition: Any) => truth(condition, policy, facts, 'some') !== false)
          ? denied('argument.denied', rule.on_deny ?? block.reason)
          : null,
    }),
  );
  const limits: [string, Any][] = (block.limits ?? []).map((limit: Any, i: number) => [`${pointer}/limits/${i}`, limit]);
  if (block.rate_limit) {
    const [max, window] = typeof block.rate_limit === 'string' ? block.rate_limit.split('/') : [];
    const rate = typeof block.rate_limit === 'string' ? { max: Number(max), window } : block.rate_limit;
    limits.push([`${pointer}/rate_limit`, rate]);
  }
  const counting = limits.map(
    ([rule, limit]): Rule => ({
      pointer: rule,
      mode: limit.mode,
      look: (policy, facts, binds) => {
        const amount = limit.increment_from ? lookUp(limit.increment_from, policy, facts) : (limit.increment ?? 1);
        const scopeKey = scopeValue(limit.scope ?? 'grant', policy, facts);
        if (typeof amount !== 'number' || amount < 0 || scopeKey === undefined) return denied('argument.uncountable', limit.on_deny);
        const charge = {
          rule,
          counter: limit.counter ?? null,
          scopeKey,
          amount,
          max: limit.max,
          window: windowText(limit.window),
          align: limit.align ?? 'calendar',
          refund: limit.on_upstream_error !== 'keep',
          enforced: binds,
        };
        return { charge };
      },
    }),
  );
  return [...required, ...blocking, ...counting];
}

function asking(block: Any, pointer: string): Rule[] {
  const always = block.action === 'approve';
  const approval = block.approval === true ? {} : block.approval || null;
  if (!approval && !always) return [];
  const when = always ? [] : (approval?.when ?? []);
  const look = (policy: Any, facts: Any): Look =>
    when.every((condition: Any) => truth(condition, policy, facts, 'some') !== false)
      ? { outcome: 'needs_approval', reason: 'approval.needed', message: null, count: approval?.count ?? 1 }
      : null;
  return [{ pointer: approval ? `${pointer}/approval` : `${pointer}/action`, mode: approval?.mode, look }];
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
