import type { ApprovalDemand } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import { type CompiledCondition, judge } from '../condition';
import type { ApprovalRule, Mode } from '../document';
import { durationSeconds } from '../duration';
import type { Segment } from '../path';
import { type Check, isEnforced, type Level, type MutableStep, type StepFrame, writeCondition, writeStep } from '../walk';
import { isRedacted } from './check-conditions';

/** Asks for a person when every condition holds or cannot be evaluated; without conditions always. Never denies. */
export function approvalCheck(
  approval: ApprovalRule,
  rule: string,
  mode: Mode | null,
  conditions: readonly CompiledCondition[],
  redactions: readonly (readonly Segment[])[],
): Check {
  const frame: StepFrame = { stage: 'approval', rule, observes: mode === 'observe' };
  const hidden = conditions.map((condition) => isRedacted(condition, redactions));
  const demand: ApprovalDemand = {
    rule,
    approvers: approval.approvers,
    count: approval.count,
    expiresMs: (durationSeconds(approval.expires) ?? 0) * 1000,
    reuse: approval.reuse,
  };
  const skipFrom = (level: Level, from: number): void => {
    for (let i = from; i < conditions.length; i += 1)
      writeCondition(level, frame, conditions[i] as CompiledCondition, hidden[i] === true, 'not_reached', undefined);
  };
  const run = (level: Level): false => {
    let asks: MutableStep | null = null;
    for (let i = 0; i < conditions.length; i += 1) {
      const condition = conditions[i] as CompiledCondition;
      const { verdict, actual } = judge(condition, level.facts, 'any');
      asks = writeCondition(
        level,
        frame,
        condition,
        hidden[i] === true,
        verdict === undefined ? 'error' : verdict ? 'fail' : 'pass',
        actual,
      );
      if (verdict === false) {
        skipFrom(level, i + 1);
        return false;
      }
    }
    asks ??= writeStep(level, level.facts.toolName, frame, 'fail', 'always');
    level.refusals.push({
      outcome: 'needs_approval',
      reason: 'approval.needed',
      rule,
      message: REASONS['approval.needed'].words,
      enforced: isEnforced(mode, level),
      step: asks,
      approval: demand,
    });
    return false;
  };
  return {
    mode,
    run,
    skip: (level) => {
      if (conditions.length === 0) writeStep(level, level.facts.toolName, frame, 'not_reached');
      else skipFrom(level, 0);
    },
  };
}
