'use client';

import { useState } from 'react';
import type { Simulation } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { CANNOT_TELL } from '@/lib/policy/simulate/cannot-tell';
import { ImpactGroups, SampleList } from './impact-groups';
import { type Cell, ImpactMatrix } from './impact-matrix';
import { ImpactSummary } from './impact-summary';
import { simulatedStateWords } from './impact-words';

type Result = NonNullable<Simulation['result']>;

/** A finished simulation: headline, matrix, groups, approvals, and what it cannot know. */
export function ImpactResult({
  simulation,
  result,
  onSelect,
}: {
  simulation: Simulation;
  result: Result;
  onSelect: (pointer: string) => void;
}) {
  const [cell, setCell] = useState<Cell | null>(null);
  const inCell = cell === null ? undefined : result.matrix.find((one) => one.from === cell.from && one.to === cell.to);
  if (result.calls === 0)
    return (
      <p className="p-3 text-ink-2">
        No call was recorded in this range. Choose a longer one, or let agents call with the live version first.
      </p>
    );
  return (
    <div className="flex flex-col gap-4 p-3">
      <ImpactSummary simulation={simulation} />
      <Part title="With this text">
        <p className="flex flex-wrap gap-x-4">
          {(['allowed', 'needs_approval', 'limited', 'denied', 'hidden'] as const).map((outcome) => (
            <span key={outcome} className="num">
              {formatCount(result.outcomes[outcome])} <span className="text-ink-2">{simulatedStateWords(outcome).toLowerCase()}</span>
            </span>
          ))}
        </p>
        {result.observed.length > 0 ? (
          <p className="text-meta text-ink-2">
            Of the allowed ones{' '}
            {result.observed.map((one) => `${formatCount(one.calls)} ${simulatedStateWords(one.state).toLowerCase()}`).join(', ')}.
          </p>
        ) : null}
      </Part>
      <Part title="From → to">
        <ImpactMatrix matrix={result.matrix} chosen={cell} onChoose={setCell} />
        {inCell === undefined ? null : <SampleList samples={inCell.samples} onSelect={onSelect} />}
      </Part>
      <Part title="What changes">
        <ImpactGroups result={result} cell={cell} onSelect={onSelect} />
      </Part>
      <Approvals approvals={result.approvals} onSelect={onSelect} />
      <Part title={`Cannot be told: ${formatCount(result.cannotTell.total)}`}>
        {result.cannotTell.total === 0 ? <p className="text-ink-2">Every call could be decided.</p> : null}
        <ul>
          {result.cannotTell.reasons.map(({ reason, calls }) => (
            <li key={reason} className="text-ink-2">
              <span className="num text-ink">{formatCount(calls)}</span>: {CANNOT_TELL[reason]}
            </li>
          ))}
        </ul>
      </Part>
      <Part title="What this cannot know">
        <ul className="list-disc pl-4 text-ink-2 marker:text-ink-3">
          {result.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium">{title}</h3>
      {children}
    </section>
  );
}

function Approvals({ approvals, onSelect }: { approvals: Result['approvals']; onSelect: (pointer: string) => void }) {
  if (approvals.total === 0) return null;
  const busiest = approvals.busiestDay;
  return (
    <Part title="Approvals people would have to give">
      <p>
        <span className="num">{formatCount(approvals.total)}</span> in all,{' '}
        <span className="num">{Number(approvals.perDay.toFixed(1))}</span> a day
        {approvals.atNight > 0
          ? `, ${formatCount(approvals.atNight)} of them between 22:00 and 06:00 UTC`
          : ', none at night (22:00 to 06:00 UTC)'}
        .{busiest === null ? '' : ` The busiest day, ${busiest.day}, has ${formatCount(busiest.calls)}.`}
      </p>
      <ul>
        {approvals.byRule.map((one) => (
          <li key={one.rule} className="flex flex-wrap gap-x-2 text-ink-2">
            <span className="num">{formatCount(one.calls)}</span>
            <button
              type="button"
              className="break-all font-mono text-meta text-accent underline-offset-2 hover:underline"
              onClick={() => onSelect(one.rule)}
            >
              {one.rule}
            </button>
            <span>{one.approvers.length === 0 ? 'any approver' : one.approvers.join(', ')}</span>
          </li>
        ))}
      </ul>
      <p className="text-meta text-ink-3">
        What happened to those calls:{' '}
        {approvals.history.decisions
          .map((one) => `${plural(one.calls, 'call')} ${simulatedStateWords(one.decision).toLowerCase()}`)
          .join(', ')}
        .
      </p>
    </Part>
  );
}
