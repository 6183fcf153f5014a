'use client';

import { PageHeader } from '@/components/shared/page-header';
import { TimeRange } from '@/components/shared/time-range';
import { ActivityTabs } from './activity-tabs';
import { CallsView } from './calls-view';
import { SavedViews } from './saved-views/saved-views';
import { useCallFilters } from './use-call-filters';

/** Calls at the gateway: what happened, who was allowed it, and why. */
export function ActivityPage() {
  const filters = useCallFilters();
  return (
    <>
      <PageHeader
        title="Activity"
        badges={<ActivityTabs open="calls" />}
        actions={
          <>
            <SavedViews />
            <TimeRange state={filters.range} onChange={(patch) => filters.set({ ...patch, at: null })} />
          </>
        }
      />
      <CallsView filters={filters} />
    </>
  );
}
