'use client';

import { ArrowLeft } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useElevations } from '@/components/shared/elevations/use-elevations';
import { LiveDot } from '@/components/shared/live/live-dot';
import { PageHeader } from '@/components/shared/page-header';
import { useShortcuts } from '@/components/shared/shortcuts';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { Button, LinkButton } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Panel } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/tabs';
import { AccessRequests } from './access-requests';
import { AlertMenu } from './alert-menu';
import { type AlikeGroup, alikeGroups } from './alike-groups';
import { DecideTogether } from './decide-together';
import { LoadView } from './load-view';
import { RequestCard } from './request-card';
import { RequestList } from './request-list';
import { useApproval, useDecided, useWaiting } from './use-approvals';

/** List and card side by side; on a phone one or the other. The address names the open request. */
export function InboxPage({ selected }: { selected: string | null }) {
  const router = useRouter();
  const [tab, setTab] = useState('waiting');
  const waiting = useWaiting();
  const decided = useDecided(tab === 'decided');
  const access = useElevations({ status: 'pending' });
  const open = useApproval(selected);
  const [together, setTogether] = useState<AlikeGroup | null>(null);
  const rows = (tab === 'waiting' ? waiting.rows : tab === 'decided' ? decided.rows : undefined) ?? [];
  const go = (step: number) => {
    const at = rows.findIndex((row) => row.id === selected);
    const next = rows[at === -1 ? 0 : at + step];
    if (next) router.push(`/approvals/${next.id}`);
  };
  useShortcuts({ j: () => go(1), k: () => go(-1) });
  const list = (query: typeof decided, empty: React.ReactNode) => (
    <Panel flush>
      <Loaded query={{ data: query.rows, error: query.error, isPending: query.isPending, refetch: query.refetch }} what="Approvals">
        {(data) => (data.length > 0 ? <RequestList rows={data} selected={selected} /> : empty)}
      </Loaded>
    </Panel>
  );
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
        <div className={cn('min-w-0', selected !== null && 'max-lg:hidden')}>
          <Tabs
            label="Which requests"
            value={tab}
            onChange={setTab}
            items={[
              {
                value: 'waiting',
                label: 'Waiting',
                count: waiting.rows?.length ?? null,
                content: (
                  <div className="flex flex-col gap-2">
                    {alikeGroups(waiting.rows ?? []).map((group) => (
                      <Button key={group.key} variant="quiet" onClick={() => setTogether(group)}>
                        Decide {group.rows.length} for <InertText text={group.tool} max={40} /> together
                      </Button>
                    ))}
                    {list(
                      waiting,
                      <EmptyState title="Nothing waits for a person">
                        A request appears here as soon as an agent makes a call that has to be approved.
                      </EmptyState>,
                    )}
                  </div>
                ),
              },
              { value: 'access', label: 'Access requests', count: access.rows?.length || null, content: <AccessRequests /> },
              { value: 'decided', label: 'Decided', content: list(decided, <EmptyState title="Nothing was decided yet" />) },
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
              <LinkButton href="/approvals" variant="ghost" size="sm" className="w-fit lg:hidden">
                <ArrowLeft aria-hidden className="size-3.5" />
                All requests
              </LinkButton>
              <Loaded query={open} what="This request">
                {(approval) => <RequestCard key={approval.id} approval={approval} />}
              </Loaded>
            </div>
          )}
        </div>
      </div>
      {together === null ? null : <DecideTogether group={together} onClose={() => setTogether(null)} />}
    </>
  );
}
