import type { JsonObject } from '@/lib/kernel/json';
import { type CommentedItem, commentsIn, memberOf } from '../commented/tree';
import { didYouMean } from '../nearest';
import type { BlockDraft } from './intercept-block';
import { type ReadCondition, readInterceptCondition, textOf } from './intercept-condition';
import { readCounter, readRate, SHARED } from './intercept-counter';
import { fromKey, type Report } from './report';

const KEYS = ['name', 'action', 'rate_limit', 'conditions', 'on_deny', 'reason', 'state'];
const CONDITION_KEYS = ['path', 'op', 'value'];
const STATE_KEYS = ['counter', 'window', 'increment', 'increment_from'];
/** `evaluate` and `deny` are Intercept's own; the others stand on PolicyLayer's pages of ready policies. */
const ACTIONS: Readonly<Record<string, 'check' | 'deny' | 'approve'>> = {
  evaluate: 'check',
  allow: 'check',
  deny: 'deny',
  block: 'deny',
  approve: 'approve',
  require_approval: 'approve',
};

/** One rule on its way: where it stands, what it says to agents, and where it goes. */
interface RuleImport {
  readonly rule: CommentedItem;
  readonly from: string;
  readonly line: number;
  readonly name: string | null;
  /** `on_deny` of the new rule, when the old one had a sentence. */
  readonly sentence: JsonObject;
  readonly tool: string;
  readonly block: BlockDraft;
  readonly report: Report;
  /** The comments that nothing has taken yet; with the rule's name where the new rule has no place for it. */
  take(withName: boolean): string[];
}

/** Puts one rule of Intercept into the block of its tool: what must hold becomes `require`, a counter becomes a limit. */
export function importRule(rule: CommentedItem, from: string, tool: string, block: BlockDraft, report: Report): void {
  const { line } = rule.value;
  let pending = commentsIn(rule);
  if (rule.value.kind !== 'object') {
    block.remark(pending);
    report.dropped(from, line, 'unclear', 'It is no rule: a rule has keys such as `name` and `conditions`.');
    return;
  }
  reportIgnored(rule, KEYS, from, report);
  itemsOf(rule, 'conditions').forEach((item, i) => {
    reportIgnored(item, CONDITION_KEYS, `${from}.conditions[${i}]`, report);
  });
  reportIgnored(memberOf(rule.value, 'state'), STATE_KEYS, fromKey(from, 'state'), report);
  const name = textOf(rule, 'name');
  const onDeny = textOf(rule, 'on_deny') ?? textOf(rule, 'reason');
  const take = (withName: boolean): string[] => {
    const lines = withName && name !== null && !pending.includes(name) ? [...pending, name] : pending;
    pending = [];
    return lines;
  };
  const sentence: JsonObject = onDeny === null || onDeny.trim() === '' ? {} : { on_deny: onDeny };
  const one: RuleImport = { rule, from, line, name, sentence, tool, block, report, take };
  const action = textOf(rule, 'action');
  const kind = action === null ? 'check' : ACTIONS[action];
  const before = report.rows.length;
  if (kind === undefined)
    report.dropped(
      fromKey(from, 'action'),
      line,
      'looser',
      `\`${action}\` is no action of Intercept, which refuses such a policy; nothing was made of it.`,
    );
  if (kind === 'approve') importQuestion(one);
  if (kind === 'deny') importDenial(one);
  else importChecks(one);
  if (pending.length > 0) block.remark(pending);
  if (report.rows.length === before) report.dropped(from, line, 'same', 'The rule checks nothing, so nothing stands for it.');
}

function importQuestion({ tool, block, report, from, line, take }: RuleImport): void {
  const to = tool === '*' ? block.set('approval', true, take(true)) : block.set('action', 'approve', take(true));
  report.mapped(from, line, to, 'A person is asked each time.');
}

function importDenial({ rule, from, line, name, sentence, tool, block, report, take }: RuleImport): void {
  let to: string;
  if (tool === '*') to = block.add('deny_if', { conditions: [], ...named(name), ...sentence }, take(false));
  else {
    to = block.deny(take(true));
    if (sentence.on_deny !== undefined) block.set('reason', sentence.on_deny);
  }
  if (itemsOf(rule, 'conditions').length === 0) report.mapped(from, line, to, tool === '*' ? 'Every call is denied.' : '');
  else {
    const note = 'Intercept refuses a `deny` with conditions; here it denies every call. Move them to `deny_if` if they say when to deny.';
    report.changed(from, line, to, 'unclear', note);
  }
}

function importChecks(one: RuleImport): void {
  const { rule, from, line, name, sentence, block, report, take } = one;
  const conditions = itemsOf(rule, 'conditions').map((item) => ({ item, read: readInterceptCondition(item) }));
  const onArguments = conditions.flatMap(({ read }) => (read.kind === 'argument' ? [read.condition] : []));
  if (onArguments.length > 0) {
    const to = block.add('require', { conditions: onArguments, ...named(name), ...sentence }, take(false));
    report.mapped(from, line, to);
    conditions.forEach(({ item, read }, i) => {
      if (read.kind !== 'argument') return;
      for (const note of read.notes) report.changed(`${from}.conditions[${i}]`, item.value.line, to, note.effect, note.note);
    });
  }
  conditions.forEach(({ item, read }, i) => {
    if (read.kind === 'unreadable') report.dropped(`${from}.conditions[${i}]`, item.value.line, 'looser', read.note);
  });
  importRate(one);
  importCounter(
    one,
    conditions.map(({ read }) => read),
  );
}

function importRate({ rule, from, sentence, tool, block, report, take }: RuleImport): void {
  const written = memberOf(rule.value, 'rate_limit');
  if (written === undefined) return;
  const path = fromKey(from, 'rate_limit');
  const rate = readRate(rule);
  if (rate === null) {
    report.dropped(
      path,
      written.value.line,
      'looser',
      'It is no rate such as `10/hour`, so nothing is counted; Intercept refuses such a policy.',
    );
    return;
  }
  const window = typeof rate.window === 'number' ? `${rate.window}s` : rate.window;
  const counter = `${tool === '*' ? '_global' : tool}.calls_per_${window}`.slice(0, 200);
  const to = block.has('rate_limit')
    ? block.add('limits', { counter, window, max: rate.max, scope: 'policy', ...sentence }, take(true))
    : block.set('rate_limit', { max: rate.max, window: rate.window, scope: 'policy', ...sentence }, take(true));
  report.mapped(path, written.value.line, to, SHARED);
}

function importCounter({ rule, from, sentence, tool, block, report, take }: RuleImport, conditions: readonly ReadCondition[]): void {
  const { limit, zero, notes } = readCounter(rule, tool, conditions, sentence);
  const line = memberOf(rule.value, 'state')?.value.line ?? rule.value.line;
  const path = fromKey(from, 'state');
  let to: string | null = null;
  if (limit !== null) to = block.add('limits', limit, take(true));
  else if (zero) to = block.add('deny_if', { conditions: [], ...sentence }, take(true));
  for (const { status, effect, note } of notes) {
    if (status === 'dropped' || to === null) report.dropped(path, line, effect, note);
    else if (status === 'changed' || effect !== 'same') report.changed(path, line, to, effect, note);
    else report.mapped(path, line, to, note);
  }
}

function reportIgnored(item: CommentedItem | undefined, known: readonly string[], from: string, report: Report): void {
  if (item?.value.kind !== 'object') return;
  for (const { key, value } of item.value.members) {
    if (known.includes(key)) continue;
    const hint = didYouMean(key, known);
    report.dropped(fromKey(from, key), value.line, 'same', `Intercept ignores this key${hint === undefined ? '' : `; ${hint}`}.`);
  }
}

const named = (name: string | null): JsonObject => (name === null || name.trim() === '' ? {} : { name: name.slice(0, 200) });

function itemsOf(item: CommentedItem, key: string): readonly CommentedItem[] {
  const node = memberOf(item.value, key)?.value;
  return node?.kind === 'array' ? node.items : [];
}
