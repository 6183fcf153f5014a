'use client';

import { insertItem } from '@/lib/policy/edit/insert-item';
import { AgentMessage } from './agent-message';
import type { PathOption } from './argument-paths';
import type { RuleView } from './block-view';
import { useBuilder } from './builder-context';
import { ConditionLine } from './condition-line';
import { JsonToken } from './json-token';
import { RuleCard } from './rule-card';
import { addCondition, firstCondition, setOrRemove } from './rule-edits';

interface ConditionRuleProps {
  rule: RuleView;
  stage: 'require' | 'deny_if';
  declared: readonly PathOption[];
  fallback: string | null;
}

/** A rule of `require` or `deny_if` as a sentence; several conditions are joined by `and`. */
export function ConditionRule({ rule, stage, declared, fallback }: ConditionRuleProps) {
  const builder = useBuilder();
  const what = stage === 'require' ? 'Requirement' : 'Block';
  const used = new Set(rule.conditions.map((condition) => condition.path));
  const next = declared.find((option) => !used.has(option.path)) ?? declared[0];
  const addNext = () => {
    const at = rule.form === 'group' ? rule.conditions.length : 1;
    builder.edit(addCondition(rule, firstCondition(next, stage)), { open: `${rule.pointer}/conditions/${at}/path` });
  };
  return (
    <RuleCard
      pointer={rule.pointer}
      what={what}
      mode={rule.form === 'odd' ? undefined : { value: rule.mode, write: (mode) => setOrRemove(`${rule.pointer}/mode`, mode) }}
      unknown={rule.unknown}
      listed
      name={rule.form === 'odd' ? undefined : rule.name}
      onAddCondition={rule.form === 'odd' ? undefined : addNext}
      message={
        rule.form === 'odd' ? null : (
          <AgentMessage
            pointer={rule.pointer}
            value={rule.on_deny}
            write={(text) => setOrRemove(`${rule.pointer}/on_deny`, text)}
            fallback={fallback}
            reason={stage === 'require' ? 'argument.required' : 'argument.denied'}
            secrets={rule.conditions.flatMap(({ value, literal }) => (typeof value === 'number' && literal !== null ? [literal] : []))}
          />
        )
      }
    >
      {rule.form === 'odd' ? <JsonToken pointer={rule.pointer} literal={rule.literal} /> : null}
      {rule.form === 'group' && rule.conditions.length === 0 ? (
        <span className="text-ink-2">
          always{' '}
          <button
            type="button"
            className="text-accent underline-offset-2 hover:underline"
            disabled={builder.inert}
            onClick={() => builder.edit((text) => insertItem(text, `${rule.pointer}/conditions`, firstCondition(next, stage)))}
          >
            unless a condition says otherwise
          </button>
        </span>
      ) : null}
      {rule.conditions.map((condition, index) => (
        <span key={condition.pointer} className="inline-flex max-w-full flex-wrap items-center gap-1">
          {index > 0 ? <span className="px-0.5 text-ink-3">and</span> : null}
          <ConditionLine
            condition={condition}
            declared={declared}
            rule={rule}
            removable={rule.form === 'group' && rule.conditions.length > 1}
          />
        </span>
      ))}
    </RuleCard>
  );
}
