'use client';

import { ArrowLeft } from 'lucide-react';
import { useParams, useRouter } from 'next/navigation';
import { useState } from 'react';
import { useApprovalSummary } from '@/components/shared/approval-alerts/use-approval-summary';
import { useElevations } from '@/components/shared/elevations/use-elevations';
import { LiveDot } from '@/components/shared/live/live-dot';
import { PageHeader } from '@/components/shared/page-header';
import { useShortcuts } from '@/components/shared/shortcuts';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { useUrlState } from '@/components/shared/url-state';
import { LinkButton } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Panel } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/tabs';
import { AccessRequests } from './access-requests';
import { AlertMenu } from './alert-menu';
import type { AlikeGroup } from './alike-groups';
import { DecideTogether } from './decide-together';
import { LoadView } from './load-view';
import { RequestCard } from './request-card';
import { RequestList } from './request-list';
import { useApproval, useDecided, useWaiting } from './use-approvals';
import { inSight, ShowMore, WaitingList } from './waiting-list';

/** List and card side by side; on a phone one or the other. The address names the open request, the tab and the filter. */
export function InboxPage() {
  const router = useRouter();
  const { approval } = useParams<{ approval?: string }>();
  const selected = approval === undefined ? null : decodeURIComponent(approval);
  const { get, set, search: query } = useUrlState();
  const search = query === '' ? '' : `?${query}`;
  const tab = get('tab') ?? 'waiting';
  const waiting = useWaiting(get('mine') === '1');
  const total = useApprovalSummary().data?.pending ?? null;
  const decided = useDecided(tab === 'decided');
  const access = useElevations({ status: 'pending' });
  const open = useApproval(selected);
  const [together, setTogether] = useState<AlikeGroup | null>(null);
  const rows = (tab === 'waiting' ? inSight(waiting.rows ?? []).shown : tab === 'decided' ? decided.rows : undefined) ?? [];
  const go = (step: number) => {
    const at = rows.findIndex((row) => row.id === selected);
    const next = rows[at === -1 ? 0 : at + step];
    if (next) router.push(`/approvals/${next.id}${search}`);
  };
  useShortcuts({ j: () => go(1), k: () => go(-1) });
  return (
    <>
      <div className={cn(selected !== null && 'max-lg:sr-only')}>
        <PageHeader
          title="Approvals"
          badges={<LiveDot />}
          actions={<AlertMenu />}
          description="Calls that a policy lets through only when a person agrees. What nobody approves in time is denied."
        />
      </div>
      <div className="grid gap-4 lg:grid-cols-[380px_minmax(0,1fr)]">
        <div
          className={cn(
            'min-w-0 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:self-start',
            INNER_SCROLL,
            selected !== null && 'max-lg:hidden',
          )}
        >
          <Tabs
            label="Which requests"
            value={tab}
            onChange={(next) => set({ tab: next === 'waiting' ? null : next })}
            items={[
              {
                value: 'waiting',
                label: 'Waiting',
                count: total,
                content: <WaitingList waiting={waiting} selected={selected} search={search} onTogether={setTogether} />,
              },
              { value: 'access', label: 'Access requests', count: access.rows?.length || null, content: <AccessRequests /> },
              {
                value: 'decided',
                label: 'Decided',
                content: (
                  <Panel flush className="lg:min-h-0 lg:overflow-y-auto">
                    <Loaded
                      query={{ data: decided.rows, error: decided.error, isPending: decided.isPending, refetch: decided.refetch }}
                      what="Approvals"
                    >
                      {(data) =>
                        data.length > 0 ? (
                          <RequestList
                            entries={data.map((row) => ({ kind: 'request', row }))}
                            selected={selected}
                            search={search}
                            onFold={() => undefined}
                          />
                        ) : (
                          <EmptyState title="Nothing was decided yet" />
                        )
                      }
                    </Loaded>
                    <ShowMore list={decided} />
                  </Panel>
                ),
              },
              {
                value: 'load',
                label: 'Load',
                content: <p className="p-2 text-base text-ink-2">How much people are asked, by which rules, and what they do with it.</p>,
              },
            ]}
          />
        </div>
        <div className={cn('min-w-0', selected === null && tab !== 'load' && 'max-lg:hidden')}>
          {tab === 'load' ? (
            <LoadView />
          ) : selected === null ? (
            <Panel>
              <EmptyState title={rows.length > 0 ? 'Choose a request' : 'No request is open'} />
            </Panel>
          ) : (
            <div className="flex flex-col gap-3">
              <LinkButton href={`/approvals${search}`} variant="ghost" size="sm" className="w-fit lg:hidden">
                <ArrowLeft aria-hidden className="size-3.5" />
                All requests
              </LinkButton>
              <Loaded query={open} what="This request">
                {(one) => <RequestCard key={one.id} approval={one} />}
              </Loaded>
            </div>
          )}
        </div>
      </div>
      {together === null ? null : <DecideTogether group={together} onClose={() => setTogether(null)} />}
    </>
  );
}

/** Beside a card the list scrolls in itself: hundreds of requests do not push the card out of sight, nor lose their place. */
const INNER_SCROLL =
  'lg:flex lg:flex-col lg:[&>*]:min-h-0 lg:[&_[role=tabpanel][data-state=active]]:flex lg:[&_[role=tabpanel]]:min-h-0 lg:[&_[role=tabpanel]]:flex-col';
