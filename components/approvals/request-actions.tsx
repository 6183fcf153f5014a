'use client';

import { AlarmClockPlus, BellOff, Link2, MessageCircle, UserRound } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { useCopy } from '@/components/shared/copy-button';
import { FormError } from '@/components/shared/form-error';
import { useRefusal } from '@/components/shared/permission';
import { useShortcuts } from '@/components/shared/shortcuts';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { EXTENSION_MS, SNOOZE_MARGIN_MS, SNOOZE_MINUTES } from '@/lib/domain/approval/teamwork-terms';
import { AskSomebody } from './ask-somebody';
import { useTimeLeft } from './time-left';
import { useAct } from './use-teamwork';

interface RequestActionsProps {
  approval: ApprovalDetail;
  /** Opens the place where one writes. */
  onAsk: () => void;
}

/** What one can do about a request besides deciding it. None of it lets a call through. */
export function RequestActions({ approval, onAsk }: RequestActionsProps) {
  const [open, setOpen] = useState<'snooze' | 'somebody' | null>(null);
  const refusal = useRefusal('approval.decide');
  const act = useAct(approval.id);
  const link = useCopy();
  const id = useCopy();
  const left = useTimeLeft(approval.expiresAt, approval.now) ?? 0;
  const pending = approval.status === 'pending';
  const decides = pending && refusal === null;
  const more = Math.min(EXTENSION_MS, Date.parse(approval.latestExpiresAt) - Date.parse(approval.expiresAt));
  const noMore = more <= 0 ? 'It cannot be extended any more: three times what the rule gives is the most.' : null;
  const tooLate = left <= SNOOZE_MARGIN_MS ? 'Too little time is left to put it aside.' : null;
  const canExtend = decides && (approval.decision.may || (!approval.owns && approval.votes.length > 0));
  const extend = () => canExtend && noMore === null && !act.isPending && act.mutate({ verb: 'extend', body: {} });
  const copyLink = () => link.copy(new URL(`/approvals/${approval.id}`, window.location.origin).href);
  const bar = useRef<HTMLDivElement>(null);
  const close = () => {
    bar.current?.querySelector<HTMLElement>('[aria-expanded=true]')?.focus();
    setOpen(null);
  };
  const ask = () => {
    setOpen(null);
    onAsk();
  };
  const toggle = (what: 'snooze' | 'somebody') => setOpen(open === what ? null : what);
  useShortcuts({
    s: () => decides && (approval.snoozedUntil !== null || tooLate === null) && toggle('snooze'),
    r: () => pending && (decides || approval.owns) && ask(),
    h: () => decides && !approval.owns && toggle('somebody'),
    e: extend,
    c: () => id.copy(approval.id),
    l: copyLink,
  });
  return (
    <div className="flex flex-col gap-3">
      {pending && approval.snoozedUntil !== null ? (
        <p role="status" className="flex flex-wrap items-center gap-x-2 text-base text-ink-2">
          <span>
            Aside for you until <Time at={approval.snoozedUntil} />.
          </span>
          <Button size="sm" variant="link" onClick={() => act.mutate({ verb: 'snooze', body: { minutes: 0 } })}>
            Bring back
          </Button>
        </p>
      ) : null}
      <div ref={bar} className="flex flex-wrap gap-2">
        {pending && (decides || approval.owns) ? (
          <Button size="sm" variant="quiet" keys="R" label="Ask or answer; everybody who sees the request reads it" onClick={ask}>
            <MessageCircle aria-hidden className="size-3.5" />
            {approval.owns ? 'Answer' : 'Ask a question'}
          </Button>
        ) : null}
        {decides && !approval.owns ? (
          <Button
            size="sm"
            variant="quiet"
            keys="H"
            label="Ask one of those who may decide, by name"
            onClick={() => toggle('somebody')}
            aria-expanded={open === 'somebody'}
          >
            <UserRound aria-hidden className="size-3.5" />
            Ask somebody else
          </Button>
        ) : null}
        {canExtend ? (
          <Button
            size="sm"
            variant="quiet"
            keys="E"
            label="More time to decide, for everybody"
            pending={act.isPending && act.variables?.verb === 'extend'}
            disabledReason={noMore}
            onClick={extend}
          >
            <AlarmClockPlus aria-hidden className="size-3.5" />
            Extend {more > 0 && more < EXTENSION_MS ? `${Math.max(1, Math.round(more / 1000))} s` : '5 min'}
          </Button>
        ) : null}
        {decides && approval.snoozedUntil === null ? (
          <Button
            size="sm"
            variant="quiet"
            keys="S"
            label="Put it aside, for you alone"
            disabledReason={tooLate}
            onClick={() => toggle('snooze')}
            aria-expanded={open === 'snooze'}
          >
            <BellOff aria-hidden className="size-3.5" />
            Snooze
          </Button>
        ) : null}
        <Button size="sm" variant="quiet" keys="L" label="Copy the address of this request" onClick={copyLink}>
          <Link2 aria-hidden className="size-3.5" />
          {link.copied ? 'Copied' : 'Copy link'}
        </Button>
      </div>
      <span role="status" className="sr-only">
        {link.copied ? 'Link copied' : id.copied ? 'Id copied' : ''}
      </span>
      {decides && open === 'snooze' ? (
        <div role="group" aria-label="Snooze for" className="flex flex-wrap items-center gap-2">
          <span className="text-base text-ink-2">Aside, for you alone, for</span>
          {SNOOZE_MINUTES.map((minutes, index) => (
            <Button
              key={minutes}
              size="sm"
              autoFocus={index === 0}
              pending={act.isPending && act.variables?.verb === 'snooze'}
              onClick={() => act.mutate({ verb: 'snooze', body: { minutes } }, { onSuccess: () => setOpen(null) })}
            >
              {minutes} min
            </Button>
          ))}
          <Button size="sm" variant="ghost" onClick={close}>
            Back
          </Button>
        </div>
      ) : null}
      {decides && open === 'somebody' ? <AskSomebody approval={approval} onClose={close} /> : null}
      <FormError error={act.error} />
    </div>
  );
}

/** Who was asked by name. */
export function AskedOf({ approval: { status, assigned } }: { approval: ApprovalDetail }) {
  if (status !== 'pending' || assigned === null) return null;
  return (
    <p role="status" className="text-base text-ink-2">
      For <InertText text={assigned.name} max={120} className="font-medium text-ink" />, asked by <InertText text={assigned.by} max={120} />{' '}
      <Time at={assigned.at} />. Others may decide as before.
    </p>
  );
}
