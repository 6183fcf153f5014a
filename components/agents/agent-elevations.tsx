'use client';

import { ElevationList } from '@/components/shared/elevations/elevation-list';
import { useElevations } from '@/components/shared/elevations/use-elevations';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Panel } from '@/components/ui/panel';

/** Requests for more access of one agent, and what became of them. */
export function AgentElevations({ agent }: { agent: string }) {
  const list = useElevations({ agent });
  return (
    <Panel title="More access for a while" meta="another policy, approved by somebody else, over by itself" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Access requests">
        {(rows) =>
          rows.length > 0 ? (
            <ElevationList rows={rows} />
          ) : (
            <EmptyState title="Nothing was asked for">
              Open a grant and choose “Ask for more access”. Somebody else has to agree.
            </EmptyState>
          )
        }
      </Loaded>
    </Panel>
  );
}
