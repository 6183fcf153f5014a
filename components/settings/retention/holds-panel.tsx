'use client';

import { useState } from 'react';
import { useList } from '@/components/shared/api/lists';
import type { LegalHold } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { LiftHoldDialog } from './lift-hold-dialog';
import { PlaceHoldDialog } from './place-hold-dialog';
import { holdTimeWords } from './retention-words';

/** What must not be removed, by whom and why; lifted ones stay listed. */
export function HoldsPanel() {
  const list = useList<LegalHold>('holds', '/audit/holds');
  const refusal = useRefusal('retention.write');
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<LegalHold | null>(null);
  const lift = (hold: LegalHold) =>
    hold.liftedAt ? (
      <span className="text-ink-3">
        lifted <Time at={hold.liftedAt} />
      </span>
    ) : (
      <Button
        size="sm"
        disabledReason={refusal ?? (hold.mine ? 'You placed this hold, so another admin has to lift it.' : null)}
        onClick={() => setLifting(hold)}
      >
        Lift
      </Button>
    );
  const columns: readonly Column<LegalHold>[] = [
    { id: 'what', header: 'Holds', width: '18%', cell: (hold) => <HeldCalls hold={hold} /> },
    { id: 'time', header: 'Time (UTC)', width: '22%', cell: holdTimeWords },
    { id: 'why', header: 'Why', cell: (hold) => <InertText text={hold.reason} max={300} /> },
    { id: 'by', header: 'Placed by', width: '16%', from: 'lg', cell: (hold) => hold.placedBy },
    { id: 'at', header: 'Placed', width: '112px', from: 'xl', cell: (hold) => <Time at={hold.placedAt} /> },
    { id: 'lift', header: <span className="sr-only">Lift</span>, width: '128px', align: 'right', cell: lift },
  ];
  return (
    <Panel
      title="Legal holds"
      actions={
        <Button size="sm" disabledReason={refusal} onClick={() => setPlacing(true)}>
          Place hold
        </Button>
      }
      flush
    >
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Legal holds">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Legal holds"
              rows={rows}
              columns={columns}
              rowKey={(hold) => hold.id}
              narrow={(hold) => (
                <span className="flex items-center gap-3">
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">
                      <HeldCalls hold={hold} /> · {holdTimeWords(hold)}
                    </span>
                    <span className="block truncate text-meta text-ink-3">
                      <InertText text={hold.reason} max={80} /> · {hold.placedBy}
                    </span>
                  </span>
                  {lift(hold)}
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : (
            <EmptyState title="No legal hold">
              A hold keeps the months that it touches, whatever the retention says, until it is lifted.
            </EmptyState>
          )
        }
      </Loaded>
      {placing ? <PlaceHoldDialog onClose={() => setPlacing(false)} /> : null}
      {lifting ? <LiftHoldDialog hold={lifting} onClose={() => setLifting(null)} /> : null}
    </Panel>
  );
}

function HeldCalls({ hold }: { hold: LegalHold }) {
  return hold.agent ? <InertText text={`Calls of ${hold.agent.slug}`} max={80} /> : <>All calls</>;
}
