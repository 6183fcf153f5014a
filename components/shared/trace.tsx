import { Check, CircleMinus, OctagonX, X } from 'lucide-react';
import { cn } from '@/components/ui/cn';
import type { EventDecision } from '@/lib/domain/audit-event';
import type { Outcome, TraceStep } from '@/lib/domain/decision';
import { predicateWords } from '@/lib/policy/explain/explain-condition';
import { exactWords } from '@/lib/policy/explain/value-words';
import { STAGE_WORDS } from '@/lib/policy/explain/words';
import { DecisionChip } from './decision-chip';
import { InertText } from './unverified-text';

const MARKS = {
  pass: { icon: Check, word: 'passed', look: 'text-allowed' },
  fail: { icon: X, word: 'failed', look: 'text-denied' },
  error: { icon: OctagonX, word: 'could not be evaluated', look: 'text-broken' },
  not_reached: { icon: CircleMinus, word: 'not reached', look: 'text-ink-3' },
} as const;

interface TraceProps {
  decision: EventDecision | Outcome;
  rule: string;
  policy?: string | null;
  message: string | null;
  steps: readonly TraceStep[];
  className?: string;
  /** Shows a rule where it is written; without it rules are plain text. */
  onSelect?: (pointer: string) => void;
}

/** Why a call was decided as it was, step by step in the order of evaluation. The same in Try, Activity and approvals. */
export function Trace({ decision, rule, policy, message, steps, className, onSelect }: TraceProps) {
  const innerTools = new Set(steps.map((step) => step.tool)).size > 1;
  return (
    <div className={cn('flex flex-col gap-3', className)}>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <DecisionChip decision={decision} />
        {policy ? <span className="text-ink-2">by {policy}</span> : null}
        <RuleName rule={rule} className="text-ink-2" onSelect={onSelect} />
      </p>
      {steps.length > 0 ? (
        <ol className="rounded-control border border-line-soft">
          {steps.map((step, index) => (
            <Step key={index} step={step} showTool={innerTools} onSelect={onSelect} />
          ))}
        </ol>
      ) : (
        <p className="text-ink-3">No rule was evaluated.</p>
      )}
      {message ? (
        <p className="text-read text-ink-2">
          <span className="mr-2 text-meta text-ink-3">Agent sees</span>“<InertText text={message} />”
        </p>
      ) : null}
    </div>
  );
}

/** A pointer into the policy's text, or why no rule decided, e.g. `(default deny)`. */
function RuleName({ rule, className, onSelect }: { rule: string; className?: string; onSelect?: (pointer: string) => void }) {
  const look = cn('break-all font-mono text-meta', className);
  if (!onSelect || !rule.startsWith('/')) return <code className={look}>{rule}</code>;
  return (
    <button type="button" className={cn(look, 'text-left underline-offset-2 hover:underline')} onClick={() => onSelect(rule)}>
      {rule}
    </button>
  );
}

function Step({ step, showTool, onSelect }: { step: TraceStep; showTool: boolean; onSelect?: (pointer: string) => void }) {
  const mark = MARKS[step.result];
  const Icon = mark.icon;
  return (
    <li
      className={cn(
        'grid grid-cols-[16px_92px_minmax(0,1fr)] items-start gap-x-3 border-line-soft border-b px-3 py-1.5 last:border-b-0',
        step.decided && 'bg-selected',
        step.result === 'not_reached' && 'text-ink-3',
      )}
    >
      <Icon aria-hidden className={cn('mt-0.5 size-4', mark.look)} />
      <span className={step.result === 'not_reached' ? '' : 'text-ink-2'}>
        {STAGE_WORDS[step.stage]}
        <span className="sr-only">, {mark.word}</span>
      </span>
      <span className="min-w-0">
        <span className="flex flex-wrap items-baseline gap-x-2">
          {step.path ? (
            <code className="break-all font-mono text-meta text-ink">
              {step.path}
              {step.actual === undefined ? '' : ' = '}
              {step.actual === undefined ? null : <InertText text={exactWords(step.actual)} max={200} />}
            </code>
          ) : null}
          {step.op ? <span className="text-ink-2">{predicateWords(step.op, step.expected)}</span> : null}
          {step.note ? (
            <span className="text-ink-2">
              <InertText text={step.note} max={300} />
            </span>
          ) : null}
          {!step.path && !step.op && !step.note ? <span>{mark.word}</span> : null}
          {step.decided ? <strong className="ml-auto font-medium text-ink">← decided</strong> : null}
        </span>
        <span className="block break-all font-mono text-meta text-ink-3">
          <RuleName rule={step.rule} onSelect={onSelect} />
          {showTool ? ` · ${step.tool}` : ''}
        </span>
      </span>
    </li>
  );
}
