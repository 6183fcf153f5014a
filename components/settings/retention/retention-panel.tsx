'use client';

import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Retention, RetentionMonth } from '@/components/shared/api/wire';
import { formatBytes, formatCount } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded, SkeletonRows } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { RetentionDialog } from './retention-dialog';
import { RetentionProposal } from './retention-proposal';
import { keepWords, monthsWords, monthWords } from './retention-words';
import { useRetention } from './use-retention';

const COLUMNS: readonly Column<RetentionMonth>[] = [
  { id: 'month', header: 'Month (UTC)', width: '30%', cell: (one) => <span className="font-medium">{monthWords(one.month)}</span> },
  { id: 'calls', header: 'Calls', width: '18%', align: 'right', cell: (one) => <span className="num">{formatCount(one.calls)}</span> },
  {
    id: 'bytes',
    header: 'On the disk',
    width: '18%',
    align: 'right',
    cell: (one) => <span className="num">{formatBytes(one.bytes)}</span>,
  },
  { id: 'state', header: 'State', cell: (one) => <Fate month={one} /> },
];

/** The setting, what it removes now, and the months that are there. */
export function RetentionPanel() {
  const retention = useRetention();
  const refusal = useRefusal('retention.write');
  // The days that the dialog begins with; undefined while it is closed.
  const [changing, setChanging] = useState<number | null>();
  const change = (
    <Button variant="primary" size="sm" disabledReason={refusal} onClick={() => setChanging(retention.data?.days ?? null)}>
      Change retention
    </Button>
  );
  return (
    <Panel title="Retention of calls" actions={change} flush>
      <Loaded query={retention} what="Retention" skeleton={<SkeletonRows rows={6} />}>
        {(data) => (
          <>
            <Setting retention={data} onConfirm={() => setChanging(data.proposed?.days)} />
            {data.months.some(({ calls }) => calls > 0) ? (
              <DataTable
                label="Months"
                rows={data.months.filter(({ calls }) => calls > 0).toReversed()}
                columns={COLUMNS}
                rowKey={(one) => one.month}
                narrow={(one) => (
                  <span className="flex flex-col gap-1">
                    <span className="flex items-center justify-between gap-3">
                      <span className="font-medium">{monthWords(one.month)}</span>
                      <Fate month={one} />
                    </span>
                    <span className="num text-meta text-ink-3">
                      {formatCount(one.calls)} calls · {formatBytes(one.bytes)}
                    </span>
                  </span>
                )}
                height="min(320px, 60dvh)"
              />
            ) : (
              <EmptyState title="No calls yet">Each month with calls is listed here, with what retention makes of it.</EmptyState>
            )}
            {changing === undefined ? null : <RetentionDialog now={data} start={changing} onClose={() => setChanging(undefined)} />}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Setting({ retention, onConfirm }: { retention: Retention; onConfirm: () => void }) {
  const { days, changedAt, changedBy, reason, months, problem } = retention;
  const due = monthsWords(months.filter(({ state }) => state === 'due'));
  return (
    <div className="flex flex-col gap-1.5 border-line-soft border-b px-4 py-3 text-ink-2">
      <p className="text-read text-ink">
        Calls are kept <strong className="font-semibold">{keepWords(days)}</strong>.{' '}
        {days === null ? 'Nothing is removed.' : 'A month leaves as a whole, once its last day is older than that.'}
      </p>
      {changedAt ? (
        <p>
          {changedBy} set it, <Time at={changedAt} />: “<InertText text={reason ?? ''} max={500} />”
        </p>
      ) : null}
      <RetentionProposal retention={retention} onConfirm={onConfirm} />
      {days === null ? null : due ? <p className="text-limited">To be removed now: {due}.</p> : <p>Nothing is to be removed now.</p>}
      {problem ? (
        <p role="alert" className="flex items-start gap-1.5 text-denied">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0 break-words">
            The last look could not remove everything: <InertText text={problem} max={400} />. It is tried again.
          </span>
        </p>
      ) : null}
      <p className="text-meta text-ink-3">
        Changes by people, checkpoints and approvals are kept for ever. Before a month leaves, the whole trail is verified and a signed
        tombstone names what is gone.
      </p>
    </div>
  );
}

function Fate({ month }: { month: RetentionMonth }) {
  if (month.state === 'due') return <span className="text-limited">to be removed</span>;
  const held = month.holds.length === 1 ? 'a legal hold' : `${month.holds.length} legal holds`;
  if (month.state === 'held') return <span className="text-ink">kept by {held}</span>;
  return <span className="text-ink-3">{month.holds.length > 0 ? `kept, also by ${held}` : 'kept'}</span>;
}
