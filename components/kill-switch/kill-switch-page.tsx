'use client';

import { OctagonX } from 'lucide-react';
import { useState } from 'react';
import type { KillSwitch } from '@/components/shared/api/wire';
import { EngageDialog } from '@/components/shared/kill-switch/engage-dialog';
import { LiftDialog } from '@/components/shared/kill-switch/lift-dialog';
import { killSubject, useEngagedKills } from '@/components/shared/kill-switch/use-kill-switches';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { KillHistory } from './kill-history';

/** What is stopped now, a way to stop more, and what was stopped before. */
export function KillSwitchPage() {
  const { get, set } = useUrlState();
  const engaged = useEngagedKills();
  const noEngage = useRefusal('kill.engage');
  const [lifting, setLifting] = useState<KillSwitch | null>(null);
  const engage = (
    <Button variant="danger" disabledReason={noEngage} onClick={() => set({ engage: '1' })}>
      <OctagonX aria-hidden className="size-4" />
      Stop calls
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Kill switch"
        description="Stops calls on every node at once and cancels those that are running, whatever policies and approvals say."
        actions={engage}
      />
      <div className="flex flex-col gap-5">
        <Panel title="Stopped now" flush>
          <Loaded query={engaged} what="The kill switch">
            {(kills) =>
              kills.length > 0 ? (
                <ul>
                  {kills.map((kill) => (
                    <Stopped key={kill.id} kill={kill} onLift={() => setLifting(kill)} />
                  ))}
                </ul>
              ) : (
                <EmptyState title="Nothing is stopped">Calls are decided by policies alone.</EmptyState>
              )
            }
          </Loaded>
        </Panel>
        <KillHistory />
      </div>
      {get('engage') === '1' && noEngage === null ? <EngageDialog target={null} onClose={() => set({ engage: null })} /> : null}
      {lifting ? <LiftDialog kill={lifting} onClose={() => setLifting(null)} /> : null}
    </>
  );
}

function Stopped({ kill, onLift }: { kill: KillSwitch; onLift: () => void }) {
  const noLift = useRefusal('kill.lift');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line-soft border-t px-4 py-3 first:border-t-0">
      <div className="min-w-0 flex-1 basis-64">
        <p className="break-words font-medium text-denied">
          <InertText text={killSubject(kill)} max={200} />
        </p>
        <p className="break-words text-ink-2">
          “<InertText text={kill.reason} max={500} />” {kill.engagedBy}, <Time at={kill.engagedAt} />
        </p>
      </div>
      <Button disabledReason={noLift} onClick={onLift}>
        Lift
      </Button>
    </li>
  );
}
