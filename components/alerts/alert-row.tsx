'use client';

import { BellOff, BellRing, Check, CircleCheck } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { evidenceHref } from '@/components/shared/alerts/alert-words';
import { LiftRestriction } from '@/components/shared/alerts/lift-dialog';
import type { Alert } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button, LinkButton } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { AcknowledgeDialog, SnoozeDialog } from './handle-dialogs';
import { TuneDialog } from './tune-dialog';

const LOOKS = {
  open: { icon: BellRing, word: 'Open', text: 'text-limited' },
  acknowledged: { icon: Check, word: 'Acknowledged', text: 'text-ink-2' },
  snoozed: { icon: BellOff, word: 'Snoozed', text: 'text-ink-2' },
  closed: { icon: CircleCheck, word: 'Closed', text: 'text-ink-3' },
} as const;

type Dialog = 'acknowledge' | 'snooze' | 'tune';

/** One alert: what, since when, the normal band, the calls, and what can be done about it. */
export function AlertRow({ alert, selected }: { alert: Alert; selected: boolean }) {
  const row = useRef<HTMLLIElement>(null);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const noHandle = useRefusal('alert.handle');
  const noTune = useRefusal('alert.tune');
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const { icon: Icon, word, text } = LOOKS[alert.status];
  const close = () => setDialog(null);
  const over = alert.status === 'closed' ? 'It is over.' : null;
  return (
    <li
      ref={row}
      aria-current={selected || undefined}
      className={cn('flex flex-wrap gap-x-6 gap-y-2 px-4 py-3', selected && 'bg-selected')}
    >
      <div className="flex min-w-0 flex-1 basis-80 flex-col gap-0.5">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-semibold">{alert.name}</span>
          <span className={cn('inline-flex items-center gap-1', text)}>
            <Icon aria-hidden className="size-3.5" />
            {word}
          </span>
          <Link href={`/agents/${alert.agent.slug}`} className="text-accent hover:underline">
            {alert.agent.slug}
          </Link>
        </p>
        <p className="text-read">
          <InertText text={alert.explanation} max={400} />
        </p>
        <p className="text-ink-2">Normal: {alert.band}.</p>
        <p className="text-meta text-ink-3">
          Since <Time at={alert.openedAt} />, last seen <Time at={alert.lastSeenAt} />
          <Standing alert={alert} />
        </p>
        <Followed alert={alert} />
      </div>
      <div className="flex flex-wrap items-start gap-2">
        <LinkButton size="sm" href={evidenceHref(alert)}>
          Show calls
        </LinkButton>
        {alert.acknowledgedAt === null ? (
          <Button size="sm" disabledReason={noHandle ?? over} onClick={() => setDialog('acknowledge')}>
            Acknowledge
          </Button>
        ) : null}
        <Button size="sm" disabledReason={noHandle ?? over} onClick={() => setDialog('snooze')}>
          Snooze
        </Button>
        <Button size="sm" disabledReason={noTune} onClick={() => setDialog('tune')}>
          Tune
        </Button>
      </div>
      {dialog === 'acknowledge' ? <AcknowledgeDialog alert={alert} onClose={close} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog alert={alert} onClose={close} /> : null}
      {dialog === 'tune' ? <TuneDialog alert={alert} onClose={close} /> : null}
    </li>
  );
}

function Standing({ alert }: { alert: Alert }) {
  if (alert.status === 'closed')
    return (
      <>
        {' '}
        · closed <Time at={alert.closedAt} />: {alert.closedBecause}
      </>
    );
  if (alert.status === 'snoozed')
    return (
      <>
        {' '}
        · snoozed by <InertText text={alert.snoozedBy ?? ''} max={120} />, ends <Time at={alert.snoozedUntil} />
      </>
    );
  if (alert.acknowledgedAt === null) return null;
  return (
    <>
      {' '}
      · acknowledged by <InertText text={alert.acknowledgedBy ?? ''} max={120} />, <Time at={alert.acknowledgedAt} />
      {alert.acknowledgedNote === null ? null : (
        <>
          : “<InertText text={alert.acknowledgedNote} max={500} />”
        </>
      )}
    </>
  );
}

/** What it put on the agent, and how that stands. */
function Followed({ alert }: { alert: Alert }) {
  const { restriction } = alert;
  if (restriction === null) return null;
  const what = restriction.mode === 'pause' ? 'The agent is paused' : 'A person is asked about each call';
  if (restriction.active)
    return (
      <p className="mt-1 flex flex-wrap items-center gap-2 text-denied">
        <span>
          {what}, ends <Time at={restriction.until} />.
        </span>
        <LiftRestriction restriction={restriction} />
      </p>
    );
  return (
    <p className="text-meta text-ink-3">
      {restriction.mode === 'pause' ? 'The agent was paused' : 'People were asked'}
      {restriction.liftedAt === null ? (
        <>
          {' '}
          until <Time at={restriction.until} />.
        </>
      ) : (
        <>
          ; lifted by <InertText text={restriction.liftedBy ?? ''} max={120} />, <Time at={restriction.liftedAt} />: “
          <InertText text={restriction.liftReason ?? ''} max={300} />”
        </>
      )}
    </p>
  );
}
