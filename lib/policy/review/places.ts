import type { Condition, ConditionRule } from '../document';
import { pointerTo } from '../problem';
import type { PlacedBlock } from './placed-block';

/** A condition and the JSON Pointer of its object. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly pointer: string;
  readonly stage: 'require' | 'deny_if' | 'approval';
  /** The rule it belongs to, and whether it is that rule's only condition. */
  readonly rulePointer: string;
  readonly alone: boolean;
  /** The rule only observes by its own word: it binds no call. */
  readonly observes: boolean;
  /** The rule's own words and mode. */
  readonly rule: Pick<ConditionRule, 'name' | 'on_deny' | 'mode'>;
}

/**
 * Every condition of a block with its place in the author's text: a rule with one condition may be written without
 * `conditions`, which only the text can tell. `isGrouped` answers that for a rule's pointer.
 */
export function conditionsOf(placed: PlacedBlock, isGrouped: (pointer: string) => boolean): PlacedCondition[] {
  const found: PlacedCondition[] = [];
  for (const stage of ['require', 'deny_if'] as const) {
    const rules = placed.block[stage];
    if (rules.length === 0) continue;
    const stagePointer = pointerTo(placed.pointer, stage);
    for (const [i, rule] of rules.entries()) {
      const rulePointer = pointerTo(stagePointer, i);
      const alone = rule.conditions.length === 1;
      const grouped = !alone || isGrouped(rulePointer);
      for (const [j, condition] of rule.conditions.entries()) {
        const pointer = grouped ? `${rulePointer}/conditions/${j}` : rulePointer;
        found.push({ condition, pointer, stage, rulePointer, alone, observes: rule.mode === 'observe', rule });
      }
    }
  }
  const { approval } = placed.block;
  if (approval === null) return found;
  const rulePointer = pointerTo(placed.pointer, 'approval');
  const rule = { name: null, on_deny: null, mode: approval.mode };
  for (const [i, condition] of approval.when.entries()) {
    const alone = approval.when.length === 1;
    const pointer = `${rulePointer}/when/${i}`;
    found.push({ condition, pointer, stage: 'approval', rulePointer, alone, observes: approval.mode === 'observe', rule });
  }
  return found;
}
