import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Change } from '@/lib/policy/edit/change';
import { compose } from '@/lib/policy/edit/compose';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setLiteral } from '@/lib/policy/edit/set-literal';
import { setValue } from '@/lib/policy/edit/set-value';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { locateAll } from '@/lib/policy/locate';
import { parsePolicyText } from '@/lib/policy/parse';
import type { PathOption } from './argument-paths';
import type { ConditionView, RuleView } from './block-view';
import type { Step } from './builder-context';
import { currentChoice, fitsKind, type OperatorChoice, operatorMenu, valueFor } from './typed-operators';

/** Writes a value as it was typed: a number keeps its digits. */
export function takeLiteral(pointer: string, literal: string): Step {
  return (text) => {
    const value = JSON.parse(literal) as Json;
    if (typeof value !== 'number' || JSON.stringify(value) === literal) return setValue(text, pointer, value);
    return compose(
      text,
      (now) => setValue(now, pointer, value),
      (now) => setLiteral(now, pointer, literal),
    );
  };
}

/** Sets a member, or takes it away when there is nothing to say. */
export function setOrRemove(pointer: string, value: Json | null): Step {
  return (text) => (value === null ? removeIfThere(text, pointer) : setValue(text, pointer, value));
}

/** Removes what may not be there. */
export function removeIfThere(text: string, pointer: string): Change {
  const { root } = parsePolicyText(text);
  return root !== null && locateAll(root).has(pointer) ? removeAt(text, pointer) : { edits: [], removedComments: [] };
}

/** Another path; operator and value stay where the new argument's type has them, else they become its first. */
export function takePath(condition: ConditionView, option: PathOption): Step {
  return (text) => {
    const steps: Step[] = [(now) => setValue(now, `${condition.pointer}/path`, option.path)];
    const current = currentChoice(condition.op, condition.value, option);
    const { fitting } = operatorMenu(option);
    const stays = current !== null && option.kind !== 'unknown' && fitting.some((entry) => entry.id === current.id);
    const [first] = fitting;
    if (!stays && option.kind !== 'unknown' && first !== undefined) steps.push(takeOperator(condition, first, option));
    return compose(text, ...steps);
  };
}

/** Another operator, with the old value where it fits. */
export function takeOperator(condition: ConditionView, entry: OperatorChoice, option: PathOption): Step {
  return (text) => {
    const value = valueFor(entry, condition.value, option);
    const keeps = condition.value !== undefined && JSON.stringify(condition.value) === JSON.stringify(value);
    return compose(
      text,
      (now) => setValue(now, `${condition.pointer}/op`, entry.op),
      ...(keeps ? [] : [(now: string) => setValue(now, `${condition.pointer}/value`, value)]),
    );
  };
}

/** A first condition for an argument: one that holds for real calls and says something. */
export function firstCondition(option: PathOption | undefined, stage: 'require' | 'deny_if' | 'when'): JsonObject {
  if (option === undefined)
    return stage === 'require' ? { path: 'args', op: 'matches_schema', value: true } : { path: 'args', op: 'matches_schema', value: true };
  if (stage === 'require') return { path: option.path, op: 'exists', value: true };
  const [entry] = operatorMenu(option).fitting.filter((one) => option.kind !== 'number' || one.op === 'gt');
  if (entry === undefined) return { path: option.path, op: 'exists', value: true };
  return { path: option.path, op: entry.op, value: valueFor(entry, undefined, option) };
}

/** A condition more in a rule: one condition becomes a group that both must hold in, and keeps its own characters. */
export function addCondition(rule: RuleView, condition: JsonObject): Step {
  if (rule.form === 'group') return (text) => insertItem(text, `${rule.pointer}/conditions`, condition);
  return (text) => wrapCondition(text, rule, condition);
}

const OF_RULE = ['name', 'on_deny', 'mode'] as const;

function wrapCondition(text: string, rule: RuleView, condition: JsonObject): Change {
  const own = OF_RULE.filter((key) => rule[key] !== null);
  const stripped = own.length === 0 ? null : compose(text, ...own.map((key) => (now: string) => removeAt(now, `${rule.pointer}/${key}`)));
  const inner = stripped === null ? text : applyEdits(text, stripped.edits);
  const { root } = parsePolicyText(inner);
  const node = root === null ? undefined : locateAll(root).get(rule.pointer)?.node;
  if (node === undefined) return { edits: [], removedComments: [] };
  const tail = own.map((key) => `, ${JSON.stringify(key)}: ${JSON.stringify(rule[key])}`).join('');
  const wrap = (_: string): Change => ({
    edits: [
      { start: node.start, end: node.start, text: '{ "conditions": [' },
      { start: node.end, end: node.end, text: `, ${inline(condition)}]${tail} }` },
    ],
    removedComments: [],
  });
  return compose(text, ...(stripped === null ? [] : [() => stripped]), wrap);
}

/** `between`: the lower and the upper bound as two conditions of one rule. */
export function makeBetween(rule: RuleView, condition: ConditionView, option: PathOption): Step {
  const low = typeof condition.value === 'number' ? condition.value : (option.minimum ?? 0);
  const high = option.maximum !== null && option.maximum > low ? option.maximum : low + 100;
  return (text) =>
    compose(
      text,
      (now) => setValue(now, `${condition.pointer}/op`, 'gte'),
      (now) =>
        condition.value !== undefined && fitsKind(condition.value, 'number')
          ? { edits: [], removedComments: [] }
          : setValue(now, `${condition.pointer}/value`, low),
      addCondition(rule, { path: condition.path ?? option.path, op: 'lte', value: high }),
    );
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item) => inline(item as Json)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`)
    .join(', ')} }`;
}
