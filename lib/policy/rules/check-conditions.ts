import { REASONS } from '@/lib/domain/reasons';
import { type CompiledCondition, judge } from '../condition';
import type { Mode } from '../document';
import type { Segment } from '../path';
import { covers } from '../redact';
import { type Check, isEnforced, type Level, type MutableStep, type StepFrame, writeCondition, writeStep } from '../walk';

/** Whether one of the tool's own redactions covers what a condition looks at. */
export function isRedacted(
  condition: Pick<CompiledCondition, 'ofArgs' | 'segments'>,
  redactions: readonly (readonly Segment[])[],
): boolean {
  return condition.ofArgs && redactions.some((pattern) => covers(pattern, condition.segments));
}

export interface ConditionCheck {
  readonly stage: 'require' | 'deny_if';
  readonly rule: string;
  readonly conditions: readonly CompiledCondition[];
  readonly redactions: readonly (readonly Segment[])[];
  readonly message: string | null;
  readonly mode: Mode | null;
}

/**
 * A rule of `require` (all conditions must hold) or `deny_if` (not all may hold). A condition that cannot be evaluated
 * counts against the call either way. Conditions after the one that settles the rule are not looked at.
 */
export function conditionCheck({ stage, rule, conditions, redactions, message, mode }: ConditionCheck): Check {
  const frame: StepFrame = { stage, rule, observes: mode === 'observe' };
  const hidden = conditions.map((condition) => isRedacted(condition, redactions));
  const reason = stage === 'require' ? 'argument.required' : 'argument.denied';
  const words = message ?? REASONS[reason].words;
  const refuse = (level: Level, step: MutableStep): true => {
    level.refusals.push({ outcome: 'denied', reason, rule, message: words, enforced: isEnforced(mode, level), step, approval: null });
    return true;
  };
  const skipFrom = (level: Level, from: number): void => {
    for (let i = from; i < conditions.length; i += 1)
      writeCondition(level, frame, conditions[i] as CompiledCondition, hidden[i] === true, 'not_reached', undefined);
  };
  const run = (level: Level): boolean => {
    let against: MutableStep | null = null;
    for (let i = 0; i < conditions.length; i += 1) {
      const condition = conditions[i] as CompiledCondition;
      const { verdict, actual } = judge(condition, level.facts, stage === 'require' ? 'every' : 'any');
      const isAgainst = verdict === undefined || verdict === (stage === 'deny_if');
      const result = verdict === undefined ? 'error' : isAgainst ? 'fail' : 'pass';
      const step = writeCondition(
        level,
        frame,
        condition,
        hidden[i] === true,
        result,
        actual,
        verdict === undefined ? undecidedNote(actual === undefined, stage) : undefined,
      );
      if (isAgainst) against = step;
      if (isAgainst === (stage === 'require')) {
        skipFrom(level, i + 1);
        return stage === 'require' ? refuse(level, step) : false;
      }
    }
    if (stage === 'require') {
      if (conditions.length === 0) writeStep(level, level.facts.toolName, frame, 'pass', 'no conditions: always holds');
      return false;
    }
    return refuse(level, against ?? writeStep(level, level.facts.toolName, frame, 'fail', 'no conditions: always holds'));
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

function undecidedNote(missing: boolean, stage: 'require' | 'deny_if'): string {
  const what = missing ? 'the value is missing' : 'the value cannot be judged by this operator';
  return `${what}, so the condition ${stage === 'require' ? 'does not hold' : 'holds'}`;
}
