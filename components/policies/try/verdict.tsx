'use client';

import { ArrowRight } from 'lucide-react';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { Trace } from '@/components/shared/trace';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import type { TargetMethod } from '@/lib/domain/target-methods';
import type { JsonObject } from '@/lib/kernel/json';
import { agentSees } from '@/lib/policy/agent-sees';
import { outcomeOf } from '@/lib/policy/run-tests';
import type { Suggestion } from '@/lib/policy/to-be-allowed';
import type { Trial } from '@/lib/policy/try-call';

interface VerdictProps {
  policy: PolicyDetail;
  trial: Trial;
  /** Of what is no tool call. */
  method?: TargetMethod;
  /** The same call by the live version; null when nothing is live. */
  live: Trial | null;
  suggestions: readonly Suggestion[];
  onUsed: (counter: string, used: number) => void;
  onArguments: (args: JsonObject) => void;
  onSelect: (pointer: string) => void;
}

const TOOL_WORDS = { sees: 'Agent sees', answer: "the tool's own answer" };
const REQUEST_WORDS: Readonly<Record<TargetMethod, typeof TOOL_WORDS>> = {
  'resources/read': { sees: 'Agent sees', answer: 'the resource' },
  'prompts/get': { sees: 'Agent sees', answer: 'the prompt' },
  'sampling/createMessage': { sees: 'Server gets', answer: 'what the model of the client answers' },
  'elicitation/create': { sees: 'Server gets', answer: 'what the person at the client answers' },
  'roots/list': { sees: 'Server gets', answer: 'the folders of the client' },
};

/** What comes of a tried call: decision and trace, what the agent reads, what it would take, and what the live version says. */
export function Verdict({ policy, trial, method, live, suggestions, onUsed, onArguments, onSelect }: VerdictProps) {
  const { decision, call } = trial;
  const sees = agentSees(decision, call.tool, call.at, method);
  const words = method === undefined ? TOOL_WORDS : REQUEST_WORDS[method];
  return (
    <div className="flex flex-col gap-3" aria-live="polite" data-testid="verdict">
      <Trace
        decision={outcomeOf(decision)}
        rule={decision.rule}
        policy="this text"
        message={null}
        steps={decision.trace}
        onSelect={onSelect}
      />
      {decision.charges.length > 0 ? (
        <ul className="flex flex-col gap-1">
          {decision.charges.map((charge) => (
            <li key={charge.rule} className="flex flex-wrap items-center gap-x-2 text-ink-2">
              <span className="font-mono text-meta">{charge.counter}</span>
              <span>takes {charge.amount}, with</span>
              <Input
                aria-label={`Used of ${charge.counter}`}
                inputMode="decimal"
                className="h-6 w-20 px-1.5"
                value={trial.used.get(charge.key) ?? 0}
                onChange={(event) => {
                  const used = Number(event.target.value);
                  if (Number.isFinite(used) && used >= 0) onUsed(charge.counter, used);
                }}
              />
              <span className="num">of {charge.max} used before</span>
            </li>
          ))}
        </ul>
      ) : null}
      <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-2">
        <dt className="text-meta text-ink-3">{words.sees}</dt>
        <dd className="text-read" data-testid="agent-sees">
          {sees.kind === 'answer' ? (
            <span className="text-ink-2">{words.answer}</span>
          ) : (
            <>
              “<InertText text={sees.text} max={600} />”
            </>
          )}
        </dd>
        {suggestions.length > 0 ? (
          <>
            <dt className="text-meta text-ink-3">To be allowed</dt>
            <dd className="flex flex-col gap-1" data-testid="to-be-allowed">
              {suggestions.map((suggestion) => {
                const { example } = suggestion;
                return (
                  <span key={suggestion.text} className="flex flex-wrap items-baseline gap-x-2">
                    <span>
                      {suggestion.outcome === 'needs_approval' ? 'with approval: ' : ''}
                      <InertText text={suggestion.text} max={400} />
                    </span>
                    {example === null ? null : (
                      <Button size="sm" variant="link" className="text-meta" onClick={() => onArguments(example)}>
                        Fill in
                      </Button>
                    )}
                  </span>
                );
              })}
            </dd>
          </>
        ) : null}
        <dt className="text-meta text-ink-3">Live version</dt>
        <dd data-testid="live-difference">
          {live === null || policy.live === null ? (
            <span className="text-ink-2">None is live yet: everything is denied.</span>
          ) : same(trial, live) ? (
            <span className="text-ink-2">The same as v{policy.live.version}.</span>
          ) : (
            <span className="flex flex-wrap items-center gap-1.5">
              v{policy.live.version} <DecisionChip decision={outcomeOf(live.decision)} />
              <code className="break-all font-mono text-meta text-ink-2">{live.decision.rule}</code>
              <ArrowRight aria-hidden className="size-3.5 text-ink-3" />
              this text <DecisionChip decision={outcomeOf(decision)} />
            </span>
          )}
        </dd>
      </dl>
    </div>
  );
}

function same(a: Trial, b: Trial): boolean {
  return outcomeOf(a.decision) === outcomeOf(b.decision) && a.decision.message === b.decision.message;
}
