'use client';

import { OctagonX } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { EngageDialog, type KillTarget } from './engage-dialog';
import { LiftDialog } from './lift-dialog';
import { useEngagedKills } from './use-kill-switches';

/** Stops or frees one server, agent or tool, from its own page. */
export function KillButton({ target, size }: { target: KillTarget; size?: 'sm' }) {
  const engaged = useEngagedKills();
  const noEngage = useRefusal('kill.engage');
  const noLift = useRefusal('kill.lift');
  const [open, setOpen] = useState(false);
  const standing = engaged.data?.find((kill) => kill.scope === target.scope && kill.label === target.label);
  const close = () => setOpen(false);
  return (
    <>
      <Button size={size} disabledReason={standing ? noLift : noEngage} onClick={() => setOpen(true)}>
        <OctagonX aria-hidden className="size-4" />
        {standing ? 'Lift the stop' : 'Stop calls'}
      </Button>
      {open ? standing ? <LiftDialog kill={standing} onClose={close} /> : <EngageDialog target={target} onClose={close} /> : null}
    </>
  );
}

/** On the page of what is stopped by itself; the banner of the shell says the rest. */
export function KillNote({ target }: { target: KillTarget }) {
  const engaged = useEngagedKills();
  const standing = engaged.data?.find((kill) => kill.scope === target.scope && kill.label === target.label);
  if (!standing) return null;
  return (
    <p className="mb-4 rounded-panel border border-denied bg-denied-chip px-4 py-2 text-denied">
      Stopped by the{' '}
      <Link href="/kill-switch" className="underline">
        kill switch
      </Link>
      : every call is refused.
    </p>
  );
}
