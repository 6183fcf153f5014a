import { CircleAlert, CircleCheck, CircleHelp } from 'lucide-react';
import Link from 'next/link';
import type { Integrity, Verification } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Facts, Panel } from '@/components/ui/panel';

type Problem = Verification['problems'][number];

/** What the last verification found, what one under way has done, and the calls of which nobody knows how they ended. */
export function VerificationPanel({ integrity, progress }: { integrity: Integrity; progress: { rows: number; total: number } | null }) {
  const last = integrity.lastVerification;
  return (
    <Panel title="Last verification" meta={last ? <Time at={last.checkedAt} /> : null}>
      <div className="flex flex-col gap-4">
        {progress ? <Progress {...progress} /> : null}
        {last ? (
          <Result last={last} />
        ) : progress ? null : (
          <p className="text-ink-2">The trail has not been verified yet. “Verify now” recomputes every hash; calls go on meanwhile.</p>
        )}
        <UnknownOutcomes unknown={integrity.unknownOutcomes} />
      </div>
    </Panel>
  );
}

function Progress({ rows, total }: { rows: number; total: number }) {
  const percent = total > 0 ? Math.min(100, Math.floor((rows / total) * 100)) : 0;
  return (
    <div>
      <p role="status" className="num mb-1 text-ink-2">
        Verifying: {formatCount(rows)} of {total > 0 ? formatCount(total) : '…'} rows
      </p>
      <div
        role="progressbar"
        aria-label="Verification"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full bg-accent" style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

function Result({ last }: { last: NonNullable<Integrity['lastVerification']> }) {
  const covered = last.checkpoints.last?.rows ?? 0;
  return (
    <div className="flex flex-col gap-3">
      <p className={last.ok ? 'flex items-center gap-2 font-medium text-allowed' : 'flex items-center gap-2 font-medium text-denied'}>
        {last.ok ? <CircleCheck aria-hidden className="size-4 shrink-0" /> : <CircleAlert aria-hidden className="size-4 shrink-0" />}
        {last.ok
          ? 'The trail holds: nothing was changed, removed or put in'
          : `The trail does not hold: ${plural(last.problemCount, 'problem')}`}
      </p>
      <Facts
        items={[
          [
            'Rows',
            <span
              key="r"
              className="num"
            >{`${formatCount(last.events)} of calls and outcomes, ${formatCount(last.changes)} of changes`}</span>,
          ],
          [
            'Chains',
            <span key="c" className="num">
              {formatCount(last.writers)}
            </span>,
          ],
          [
            'Checkpoints',
            <span key="k" className="num">
              {last.checkpoints.count === 0
                ? 'none yet'
                : `${formatCount(last.checkpoints.count)}, covering ${formatCount(Math.min(covered, last.events))} rows`}
            </span>,
          ],
          [
            'File',
            <span key="f" className="num">
              {last.fileLines === null ? 'no file on the node that verified' : `${plural(last.fileLines, 'line')} compared`}
            </span>,
          ],
          ['By', `${last.by}, in ${last.seconds.toFixed(1)} s`],
        ]}
      />
      {last.firstBad ? (
        <div>
          <h3 className="mb-1 text-meta font-medium text-ink-3">First bad row</h3>
          <ProblemLine problem={last.firstBad} />
        </div>
      ) : null}
      {last.problems.length > 0 ? (
        <div>
          <h3 className="mb-1 text-meta font-medium text-ink-3">Problems</h3>
          <ul className="flex flex-col divide-y divide-line-soft">
            {last.problems.map((problem, index) => (
              <li key={index} className="py-1.5">
                <ProblemLine problem={problem} />
              </li>
            ))}
          </ul>
          {last.problemCount > last.problems.length ? (
            <p className="text-meta text-ink-3">and {formatCount(last.problemCount - last.problems.length)} more</p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

const TABLE_WORDS: Record<string, string> = {
  audit_events: 'Calls',
  audit_outcomes: 'Outcomes',
  writers: 'Chain',
  admin_changes: 'Changes',
  audit_checkpoints: 'Checkpoint',
  checkpoint_file: 'Checkpoint file',
};

function ProblemLine({ problem }: { problem: Problem }) {
  const { table, seq, since, writer, id, message } = problem;
  return (
    <p className="break-words">
      <span className="font-medium">{TABLE_WORDS[table] ?? table}</span>{' '}
      <span className="num">
        {table.includes('checkpoint') ? 'number' : 'row'} {seq}
        {since === seq ? '' : ` (in doubt from ${since})`}
      </span>
      {writer ? (
        <>
          {' '}
          of <Id value={writer} max={16} />
        </>
      ) : null}
      :{' '}
      <span className="text-ink-2">
        <InertText text={message} max={300} />
      </span>
      {id?.startsWith('evt_') ? (
        <>
          {' '}
          <Link href={`/activity/${encodeURIComponent(id)}`} className="text-accent hover:underline">
            Open the call
          </Link>
        </>
      ) : null}
    </p>
  );
}

function UnknownOutcomes({ unknown }: { unknown: Integrity['unknownOutcomes'] }) {
  if (unknown.count === 0) return <p className="text-ink-3">No call of unknown outcome is left to reconcile.</p>;
  return (
    <p className="flex items-start gap-2 text-limited">
      <CircleHelp aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        Of {plural(unknown.count, 'call')} nobody knows whether {unknown.count === 1 ? 'it' : 'they'} ran, the oldest from{' '}
        <Time at={unknown.oldestAt} />.{' '}
        <Link href="/activity?outcome=unknown&range=30d" className="text-accent hover:underline">
          Look and reconcile
        </Link>
      </span>
    </p>
  );
}
