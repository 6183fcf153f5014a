'use client';

import { useState } from 'react';
import { useRefusal } from '@/components/shared/permission';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { useWorkspace } from '@/components/shared/time-zone';
import { Button } from '@/components/ui/button';
import { Facts, Panel } from '@/components/ui/panel';
import { ZoneDialog } from './zone-dialog';
import { ZoneNow } from './zone-now';

/** The zone that everybody can show times in, so that people in different places speak of the same clock. */
export function WorkspacePanel() {
  const workspace = useWorkspace();
  const refusal = useRefusal('workspace.write');
  const [changing, setChanging] = useState(false);
  return (
    <Panel
      title="For the workspace"
      actions={
        <Button size="sm" disabledReason={refusal ?? (workspace.data ? null : 'It is loaded first')} onClick={() => setChanging(true)}>
          Change time zone
        </Button>
      }
    >
      <Loaded query={workspace} what="The time zone of the workspace" skeleton={<SkeletonRows rows={2} />}>
        {(data) => (
          <>
            <Facts
              items={[
                ['Time zone', data.timeZone],
                ['Now there', <ZoneNow key="now" zone={data.timeZone} />],
                ['Set', data.changedAt ? <SetBy key="set" by={data.changedBy} at={data.changedAt} /> : 'never; UTC unless told'],
              ]}
            />
            <p className="mt-3 text-meta text-ink-3">
              Whoever chooses Workspace under Times sees all times by this clock, and mails and Slack messages write them by it. Nothing is
              decided or counted by it: limit windows, scheduled exports, retention and alerts stay by UTC.
            </p>
            {changing ? <ZoneDialog zone={data.timeZone} onClose={() => setChanging(false)} /> : null}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function SetBy({ by, at }: { by: string | null; at: string }) {
  return (
    <>
      by {by}, <Time at={at} />
    </>
  );
}
