'use client';

import { CircleCheck, CircleX } from 'lucide-react';
import Link from 'next/link';
import type { PolicyReview, Problem, Simulation } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { useSimulation } from '../impact/use-simulations';

/** Errors and warnings of the text under review. */
export function ReviewProblems({ problems, onSelect }: { problems: readonly Problem[]; onSelect: (pointer: string) => void }) {
  const shown = problems.filter((problem) => problem.severity !== 'info');
  if (shown.length === 0) return <p className="text-ink-2">No errors and no warnings.</p>;
  return (
    <ul className="flex flex-col gap-1">
      {shown.map((problem, index) => (
        <li key={index} className={problem.severity === 'error' ? 'text-denied' : 'text-limited'}>
          <button type="button" className="text-left underline-offset-2 hover:underline" onClick={() => onSelect(problem.path)}>
            Line {problem.line}: {problem.message}
          </button>
          {problem.hint ? <span className="text-ink-2"> {problem.hint}</span> : null}
        </li>
      ))}
    </ul>
  );
}

/** The policy's own tests as the server ran them. */
export function ReviewTests({ tests, onSelect }: { tests: PolicyReview['tests']; onSelect: (pointer: string) => void }) {
  if (tests.results.length === 0)
    return <p className="text-ink-2">This policy has no tests. Try a call and save it as a test, and it must pass from then on.</p>;
  return (
    <>
      <p className={tests.failed > 0 ? 'text-denied' : 'text-allowed'}>
        {tests.failed > 0 ? `${tests.failed} of ${tests.results.length} fail.` : passing(tests.results.length)}
      </p>
      <ul className="flex flex-col gap-1">
        {tests.results
          .filter((test) => !test.passed)
          .map((test) => (
            <li key={test.pointer} className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2">
              <CircleX aria-hidden className="mt-0.5 size-4 text-denied" />
              <button type="button" className="text-left hover:underline" onClick={() => onSelect(test.pointer)}>
                <InertText text={test.name} max={200} />
                <span className="block text-meta text-denied">
                  <InertText text={test.difference ?? ''} max={400} />
                </span>
              </button>
            </li>
          ))}
      </ul>
    </>
  );
}

function passing(count: number): string {
  return count === 1 ? 'The only test passes.' : `All ${count} tests pass.`;
}

/** Whom the next version reaches: agents by their grants, and the gateway nodes that enforce it. */
export function Affected({ affected, simulation }: { affected: PolicyReview['affected']; simulation: string | null }) {
  const { data } = useSimulation(simulation);
  // The agents with fewest changes may be left out of a result; of those nothing is said.
  const callsOf = new Map(data?.result?.groups.filter((group) => group.by === 'agent').map((group) => [group.key, group]));
  return (
    <div className="flex flex-col gap-1.5">
      <p>
        {affected.grants === 0
          ? 'No active grant uses this policy yet: nobody is affected until one does.'
          : `${plural(affected.grants, 'grant')} of ${plural(affected.agents, 'agent')} follow it from the next call.`}{' '}
        <span className="text-ink-2">
          {plural(affected.nodes.reporting, 'gateway node')} will enforce it
          {affected.nodes.silent > 0 ? `; ${affected.nodes.silent} did not report lately` : ''}.
        </span>
      </p>
      <ul className="grid gap-x-6 gap-y-0.5 sm:grid-cols-2">
        {affected.items.slice(0, 12).map((grant) => (
          <li key={grant.id} className="flex min-w-0 items-baseline gap-2">
            <Link href={`/agents/${grant.agent.slug}?tab=access`} className="truncate text-accent underline-offset-2 hover:underline">
              {grant.agent.name}
            </Link>
            <AgentCalls group={callsOf.get(grant.agent.slug)} />
            <span className={cn('whitespace-nowrap text-meta text-ink-3', !callsOf.has(grant.agent.slug) && 'ml-auto')}>
              {grant.lastUsedAt === null ? 'never used' : <Time at={grant.lastUsedAt} />}
            </span>
          </li>
        ))}
      </ul>
      {affected.items.length > 12 ? <p className="text-meta text-ink-3">and {affected.items.length - 12} more</p> : null}
    </div>
  );
}

/** How much an agent called in the simulated days, and how many of those calls would go another way. */
function AgentCalls({ group }: { group: NonNullable<Simulation['result']>['groups'][number] | undefined }) {
  if (group === undefined) return null;
  return (
    <span className="num ml-auto whitespace-nowrap text-meta text-ink-2">
      {formatCount(group.calls)} {group.calls === 1 ? 'call' : 'calls'}, {formatCount(group.changed)}{' '}
      {group.changed === 1 ? 'changes' : 'change'}
    </span>
  );
}

/** Every tool that becomes callable when the default turns to allow. */
export function OpensList({ opens }: { opens: NonNullable<PolicyReview['change']['opens']> }) {
  return (
    <div className="rounded-control border border-limited px-3 py-2">
      <p className="font-medium">{plural(opens.length, 'tool')} become callable because what is not listed is allowed:</p>
      <ul className="mt-1 flex max-h-48 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
        {opens.map((one) => (
          <li key={one.tool} className="flex items-center gap-1.5 font-mono text-meta">
            <InertText text={one.tool} max={100} />
            <RiskBars risk={one.risk} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One part of the review: a number, what it answers, its content. */
export function ReviewPart({ n, title, state, children }: { n: number; title: string; state?: 'good' | 'bad'; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 border-line-soft border-b px-4 py-4 last:border-b-0">
      <span
        aria-hidden
        className={cn(
          'flex size-6 items-center justify-center rounded-full border text-meta',
          state === 'bad' ? 'border-denied text-denied' : state === 'good' ? 'border-allowed text-allowed' : 'border-line text-ink-3',
        )}
      >
        {state === 'good' ? <CircleCheck className="size-4" /> : n}
      </span>
      <div className="flex min-w-0 flex-col gap-2">
        <h3 className="pt-0.5 font-medium">{title}</h3>
        {children}
      </div>
    </section>
  );
}
