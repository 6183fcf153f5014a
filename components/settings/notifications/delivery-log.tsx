'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { NotificationDelivery } from '@/components/shared/api/wire';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { DELIVERY_STATUSES } from '@/lib/domain/notification/notification-event';
import { aboutWords, EVENT_WORDS, statusLook } from './channel-words';
import { DeliveryPeek } from './delivery-peek';

const ALL = 'all';

const COLUMNS: readonly Column<NotificationDelivery>[] = [
  { id: 'at', header: 'Time', width: '128px', cell: (row) => <Time at={row.createdAt} /> },
  { id: 'event', header: 'Event', width: '104px', cell: (row) => <Event row={row} /> },
  { id: 'channel', header: 'Channel', width: '16%', cell: (row) => <span className="font-medium">{row.channel.name}</span> },
  { id: 'about', header: 'About', from: 'xl', cell: (row) => <About row={row} /> },
  { id: 'status', header: 'Status', width: '112px', cell: (row) => <Status row={row} /> },
  { id: 'attempts', header: 'Attempts', align: 'right', width: '80px', cell: (row) => <span className="num">{row.attempts}</span> },
  { id: 'detail', header: 'Answer', cell: (row) => <Answer row={row} /> },
  {
    id: 'next',
    header: 'Next attempt',
    from: 'lg',
    width: '128px',
    cell: (row) => (row.nextAttemptAt ? <Time at={row.nextAttemptAt} /> : <span className="text-ink-3">none</span>),
  },
  { id: 'again', header: <span className="sr-only">Actions</span>, align: 'right', width: '56px', cell: (row) => <SendAgain row={row} /> },
];

/** What was sent, what waits and what failed. Looks again by itself, because attempts are made without anybody here. */
export function DeliveryLog() {
  const { get, set } = useUrlState();
  const [status, setStatus] = useState<string>(ALL);
  const list = useList<NotificationDelivery>(
    'deliveries',
    '/notification-deliveries',
    { status: status === ALL ? null : status },
    { refetchMs: 5_000 },
  );
  const shown = list.rows?.find((row) => row.id === get('sel'));
  return (
    <Panel
      title="Delivery log"
      meta="kept for 30 days"
      flush
      actions={
        <Select
          label="Status"
          size="sm"
          value={status}
          onChange={setStatus}
          options={[{ value: ALL, label: 'Every status' }, ...DELIVERY_STATUSES.map((value) => ({ value, label: statusLook(value).word }))]}
        />
      }
    >
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="The delivery log">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Deliveries"
              rows={rows}
              columns={COLUMNS}
              rowKey={(row) => row.id}
              narrow={(row) => (
                <span className="flex items-center gap-2">
                  <span className="min-w-0 flex-1">
                    <span className="flex items-center gap-2">
                      <Status row={row} />
                      <span className="truncate font-medium">{row.channel.name}</span>
                    </span>
                    <span className="block truncate text-meta text-ink-3">
                      <Event row={row} /> · <Time at={row.createdAt} /> · <Answer row={row} />
                    </span>
                  </span>
                  <SendAgain row={row} />
                </span>
              )}
              selected={get('sel')}
              onSelect={(sel) => set({ sel }, sel && !get('sel') ? 'push' : 'replace')}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
              height="50dvh"
            />
          ) : status === ALL ? (
            <EmptyState title="Nothing was sent yet">
              Every message appears here with its attempts and what the receiver answered.
            </EmptyState>
          ) : (
            <NoMatches onClearAll={() => setStatus(ALL)} />
          )
        }
      </Loaded>
      {shown ? <DeliveryPeek delivery={shown} onClose={() => set({ sel: null })} /> : null}
    </Panel>
  );
}

const Event = ({ row }: { row: NotificationDelivery }) => <>{EVENT_WORDS[row.event]}</>;

function Status({ row }: { row: NotificationDelivery }) {
  const { status, word } = statusLook(row.status);
  return <StatusTag status={status} word={word} />;
}

function Answer({ row }: { row: NotificationDelivery }) {
  return row.detail ? <InertText text={row.detail} max={160} /> : <span className="text-ink-3">none yet</span>;
}

function About({ row }: { row: NotificationDelivery }) {
  const words = <InertText text={aboutWords(row)} max={80} />;
  if (row.approval === null) return words;
  return (
    <Link href={`/approvals/${row.approval}`} className="text-accent hover:underline">
      {words}
    </Link>
  );
}

function SendAgain({ row }: { row: NotificationDelivery }) {
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => api<NotificationDelivery>('POST', `/notification-deliveries/${row.id}/resend`, { body: {} }),
    onSuccess: () => toast.success('It is sent again'),
    onError: (error) => toast.error('It was not sent again', { description: error.message }),
    onSettled: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  return (
    <Button
      size="icon"
      variant="ghost"
      label="Send again"
      pending={again.isPending}
      disabledReason={refusalOf(row)}
      onClick={() => again.mutate()}
    >
      <RotateCw aria-hidden className="size-3.5" />
    </Button>
  );
}

/** As the API would refuse it. */
function refusalOf(row: NotificationDelivery): string | null {
  if (row.channel.id === null) return 'The channel was deleted';
  if (row.event === 'test') return 'Tests are sent by the button of the channel';
  if (row.status === 'sending') return 'It is being sent right now';
  return row.event === 'escalated' && row.status === 'waiting' && row.attempts === 0 ? 'It has not escalated yet' : null;
}
