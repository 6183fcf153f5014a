'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useList } from '@/components/shared/api/lists';
import type { ExportSchedule } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ScheduleDialog } from './schedule-dialog';
import { ScheduleMenu } from './schedule-menu';
import { PERIOD_WORDS } from './schedule-words';

const LOOK_MS = 10_000;

const COLUMNS: readonly Column<ExportSchedule>[] = [
  { id: 'name', header: 'Name', width: '18%', cell: (one) => <InertText text={one.name} max={80} className="font-medium" /> },
  { id: 'every', header: 'When', width: '108px', cell: (one) => PERIOD_WORDS[one.every].label },
  { id: 'format', header: 'Format', width: '84px', from: 'lg', cell: (one) => one.format.toUpperCase() },
  { id: 'place', header: 'To', from: 'lg', cell: (one) => <Place one={one} /> },
  { id: 'status', header: 'Status', width: '104px', cell: (one) => <Status one={one} /> },
  { id: 'last', header: 'Last run', cell: (one) => <LastRun one={one} /> },
  {
    id: 'menu',
    header: <span className="sr-only">Actions</span>,
    align: 'right',
    width: '56px',
    cell: (one) => <ScheduleMenu schedule={one} />,
  },
];

/** Exports that make themselves. Looks again by itself, because they run without anybody here. */
export function SchedulesSection() {
  const list = useList<ExportSchedule>('export-schedules', '/export-schedules', {}, { refetchMs: LOOK_MS });
  const refusal = useRefusal('export.schedule');
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title="Scheduled exports"
      flush
      actions={
        <Button variant="primary" size="sm" disabledReason={refusal} onClick={() => setAdding(true)}>
          <Plus aria-hidden className="size-4" />
          Schedule export
        </Button>
      }
    >
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Scheduled exports">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Scheduled exports"
              rows={rows}
              columns={COLUMNS}
              rowKey={(one) => one.id}
              narrow={(one) => (
                <span className="flex items-center gap-2">
                  <span className="min-w-0 flex-1">
                    <span className="flex items-center gap-2">
                      <InertText text={one.name} max={80} className="truncate font-medium" />
                      <Status one={one} />
                    </span>
                    <span className="block truncate text-meta text-ink-3">
                      {PERIOD_WORDS[one.every].label} · <LastRun one={one} />
                    </span>
                  </span>
                  <ScheduleMenu schedule={one} />
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : (
            <EmptyState title="No scheduled export">
              The calls of each past hour, day or week can be written to a folder of the node, or sent to a signed webhook.
            </EmptyState>
          )
        }
      </Loaded>
      {adding ? <ScheduleDialog onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

const Place = ({ one }: { one: ExportSchedule }) => (
  <span className="flex min-w-0 gap-1.5">
    <span className="text-ink-3">{one.target}</span>
    <InertText text={one.place} max={80} className="truncate" />
  </span>
);

function Status({ one }: { one: ExportSchedule }) {
  if (!one.enabled) return <StatusTag status="suspended" word="Paused" />;
  return one.failure ? <StatusTag status="failing" word="Failing" /> : <StatusTag status="active" />;
}

function LastRun({ one }: { one: ExportSchedule }) {
  if (one.failure)
    return (
      <>
        {plural(one.failure.attempts, 'attempt')} failed: <InertText text={one.failure.detail ?? 'no reason'} max={160} />
      </>
    );
  if (one.lastRun)
    return (
      <>
        {plural(one.lastRun.rows, 'call')}, <Time at={one.lastRun.at} />
      </>
    );
  return (
    <span className="text-ink-3">
      none yet, first due <Time at={one.dueAt} />
    </span>
  );
}
