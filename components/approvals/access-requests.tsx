'use client';

import { ElevationList } from '@/components/shared/elevations/elevation-list';
import { useElevations } from '@/components/shared/elevations/use-elevations';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Panel } from '@/components/ui/panel';

/** Grants that somebody wants to use another policy for a while: what waits and what is in force now. */
export function AccessRequests() {
  const list = useElevations({ status: 'pending,active' });
  return (
    <Panel flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Access requests">
        {(rows) =>
          rows.length > 0 ? (
            <ElevationList rows={rows} />
          ) : (
            <EmptyState title="Nobody asks for more access">
              A request to use another policy for a while, made at a grant, appears here. Somebody else has to agree.
            </EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}
