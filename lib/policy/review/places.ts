import type { Condition } from '../document';
import { pointerTo } from '../problem';
import type { PlacedBlock } from './review-context';

/** A condition and the JSON Pointer of its object. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly pointer: string;
  readonly stage: 'require' | 'deny_if' | 'approval';
  /** The rule it belongs to, and whether it is that rule's only condition. */
  readonly rulePointer: string;
  readonly alone: boolean;
}

/**
 * Every condition of a block with its place in the author's text: a rule with one condition may be written without
 * `conditions`, which only the text can tell. `isGrouped` answers that for a rule's pointer.
 */
export function conditionsOf(placed: PlacedBlock, isGrouped: (pointer: string) => boolean): PlacedCondition[] {
  const found: PlacedCondition[] = [];
  for (const stage of ['require', 'deny_if'] as const) {
    for (const [i, rule] of placed.block[stage].entries()) {
      const rulePointer = pointerTo(pointerTo(placed.pointer, stage), i);
      for (const [j, condition] of rule.conditions.entries()) {
        const pointer = isGrouped(rulePointer) ? `${rulePointer}/conditions/${j}` : rulePointer;
        found.push({ condition, pointer, stage, rulePointer, alone: rule.conditions.length === 1 });
      }
    }
  }
  const rulePointer = pointerTo(placed.pointer, 'approval');
  for (const [i, condition] of (placed.block.approval?.when ?? []).entries()) {
    found.push({
      condition,
      pointer: `${rulePointer}/when/${i}`,
      stage: 'approval',
      rulePointer,
      alone: placed.block.approval?.when.length === 1,
    });
  }
  return found;
}
