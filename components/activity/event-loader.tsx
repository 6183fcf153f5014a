'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { AuditDetail } from '@/components/shared/api/wire';
import { PageHeader } from '@/components/shared/page-header';
import { Loaded } from '@/components/shared/state-view';
import { EventContext } from './event-context';
import { EventView } from './event-view';

function useEvent(id: string) {
  return useQuery({
    queryKey: ['audit-event', id],
    queryFn: ({ signal }) => api<AuditDetail>('GET', `/audit/${encodeURIComponent(id)}`, { signal }),
    // A call that is still running is asked again until its outcome is known.
    refetchInterval: (query) =>
      query.state.data && query.state.data.outcome === null && query.state.data.decision === 'allowed' ? 2000 : false,
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
}

export function EventLoader({ id }: { id: string }) {
  return (
    <Loaded query={useEvent(id)} what="This call">
      {(event) => (
        <div className="flex flex-col gap-5">
          <EventView event={event} />
          <EventContext event={event} />
        </div>
      )}
    </Loaded>
  );
}

export function EventPage({ id }: { id: string }) {
  const query = useEvent(id);
  return (
    <>
      <PageHeader title={query.data?.tool ?? query.data?.method ?? 'Call'} trail={[{ label: 'Activity', href: '/activity' }]} />
      <Loaded query={query} what="This call">
        {(event) => (
          <div className="flex flex-col gap-6">
            <EventView event={event} wide />
            <EventContext event={event} />
          </div>
        )}
      </Loaded>
    </>
  );
}
