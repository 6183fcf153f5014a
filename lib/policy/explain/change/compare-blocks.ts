import type { Json } from '@/lib/kernel/json';
import type { DispatchRule, RuleBlock } from '../../document';
import { deepEqual } from '../../operators/equality';
import { pointerTo } from '../../problem';
import { explainBlock } from '../explain-block';
import type { ChangeEffect, ChangeSentence } from '../explanation';
import { pathWords, redactedWords } from '../path-words';
import { compareApprovals } from './compare-approvals';
import { compareLimits } from './compare-limits';
import { compareRules, modeWords, quoted } from './compare-rules';
import { type Comparison, isEnforcedRule, modeOf, type Say, type Side, sayer } from './side';

/** Every difference between two blocks about one subject. */
export function compareBlocks(comparison: Comparison): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  const say = sayer(comparison.subject, sentences);
  const { before, after } = comparison;
  if (before.block.action === 'deny' && after.block.action === 'deny') compareDenied(comparison, say);
  else if (before.block.action === 'deny') sayOpened(comparison, say);
  else if (after.block.action === 'deny') sayClosed(comparison, say);
  else compareAll(comparison, say);
  compareModes(comparison, say);
  compareDispatch(comparison, say);
  compareRedactions(comparison, say);
  return sentences;
}

function compareAll(comparison: Comparison, say: Say): void {
  const { before, after } = comparison;
  compareRules(comparison, 'require', say);
  compareRules(comparison, 'deny_if', say);
  compareLimits(comparison, say);
  compareApprovals(comparison, say);
  if (before.block.reason !== after.block.reason && (after.block.action === 'deny' || hasRules(after.block))) sayReason(comparison, say);
}

/** Beside a denial that is enforced no rule decides anything; beside one that only observes, rules may refuse on their own. */
function compareDenied(comparison: Comparison, say: Say): void {
  const { before, after } = comparison;
  if (stateWords(before) !== stateWords(after)) say('neutral', `${stateWords(before)} → ${stateWords(after)}`, after.pointer);
  if (modeOf(before) === 'observe' || modeOf(after) === 'observe') {
    compareAll(comparison, say);
    return;
  }
  const rules = (block: RuleBlock) => ({ ...block, reason: null, mode: null, dispatch: null, redact: [] }) as unknown as Json;
  if (before.block.reason !== after.block.reason) sayReason(comparison, say);
  if (!deepEqual(rules(before.block), rules(after.block)))
    say('neutral', 'its rules change, and decide nothing while it is denied', after.pointer);
}

function sayReason({ before, after }: Comparison, say: Say): void {
  say('neutral', `the reason that the agent reads: ${quoted(before.block.reason)} → ${quoted(after.block.reason)}`, after.pointer);
}

/** A denial that only observes does not replace rules that refuse on their own. */
function sayClosed({ before, after }: Comparison, say: Say): void {
  const { require, deny_if, limits, rate_limit: rate, approval } = before.block;
  const rules = [...require, ...deny_if, ...limits, rate, approval].filter((rule) => rule !== null);
  const opens = modeOf(after) === 'observe' && rules.some((rule) => isEnforcedRule(rule, before));
  const pointer = after.origin === 'default' ? after.pointer : pointerTo(after.pointer, 'action');
  say(opens ? 'loosens' : 'tightens', `${stateWords(before)} → ${stateWords(after)}`, pointer);
}

/** What was denied and no longer is, with the rules under which it is open now. */
function sayOpened({ before, after }: Comparison, say: Say): void {
  say('loosens', `${stateWords(before)} → ${stateWords(after)}`, after.pointer);
  const { mode: _, dispatch: __, redact: ___, ...rules } = after.block;
  const block: RuleBlock = { ...rules, mode: null, dispatch: null, redact: [] };
  for (const sentence of explainBlock(block, after.pointer, 'all_tools', 'enforce'))
    say('neutral', sentence.text.slice(0, 1).toLowerCase() + sentence.text.slice(1), sentence.pointer);
}

export function stateWords({ block, origin }: Side): string {
  const state =
    block.action === 'deny'
      ? 'denied'
      : block.action === 'approve'
        ? 'needs approval'
        : hasRules(block)
          ? 'allowed within rules'
          : 'allowed';
  return origin === 'default' ? `${state} by default` : state;
}

function hasRules(block: RuleBlock): boolean {
  return block.require.length + block.deny_if.length + block.limits.length > 0 || block.rate_limit !== null || block.approval !== null;
}

/** Where neither side says anything of its own, the sentence about the policy as a whole says it. */
function compareModes({ before, after }: Comparison, say: Say): void {
  if (before.block.mode === after.block.mode || modeOf(before) === modeOf(after)) return;
  const enforced = modeOf(after) === 'enforce';
  const changed = after.block.mode !== null;
  say(
    enforced ? 'tightens' : 'loosens',
    `${modeWords(!enforced)} → ${modeWords(enforced)}`,
    changed ? pointerTo(after.pointer, 'mode') : after.pointer,
  );
}

function compareDispatch({ before, after, mayDispatch }: Comparison, say: Say): void {
  const one = before.block.dispatch;
  const other = after.block.dispatch;
  if (deepEqual(one as unknown as Json, other as unknown as Json)) return;
  const effect = dispatchEffect(one, other, mayDispatch);
  say(
    effect,
    `runs other tools: ${dispatchWords(one)} → ${dispatchWords(other)}`,
    other === null ? after.pointer : pointerTo(after.pointer, 'dispatch'),
  );
}

/** Rules of inner tools that apply in addition close access; everything else about inner tools cannot be ordered. */
function dispatchEffect(before: DispatchRule | false | null, after: DispatchRule | false | null, mayDispatch: boolean): ChangeEffect {
  const adds = before === false || (before === null && !mayDispatch);
  if (!adds) return 'loosens';
  const none = after === false || (after === null && !mayDispatch);
  return none ? 'neutral' : 'tightens';
}

function dispatchWords(dispatch: DispatchRule | false | null): string {
  if (dispatch === null) return 'as detected';
  if (dispatch === false) return 'never';
  const inside = dispatch.arguments === null ? '' : ` with ${pathWords(dispatch.arguments, 'every')}`;
  return `the one in ${pathWords(dispatch.tool, 'every')}${inside}`;
}

function compareRedactions({ before, after }: Comparison, say: Say): void {
  for (const path of before.block.redact)
    if (!after.block.redact.includes(path))
      say('loosens', `${redactedWords(path)} is stored and shown again (less privacy)`, pointerTo(before.pointer, 'redact'), 'before');
  for (const path of after.block.redact)
    if (!before.block.redact.includes(path))
      say('tightens', `${redactedWords(path)} is no longer stored or shown`, pointerTo(after.pointer, 'redact'));
}
