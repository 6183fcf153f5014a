'use client';

import Link from 'next/link';
import { useState } from 'react';
import type { Elevation } from '@/components/shared/api/wire';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { ELEVATION_WORDS, minutesWords } from './elevation-words';
import { type ElevationVerb, useDecideElevation } from './use-elevations';

const TAGS: Partial<Record<Elevation['status'], string>> = { pending: 'pending', active: 'active' };

/** Requests for more access with what can be done about each. */
export function ElevationList({ rows }: { rows: readonly Elevation[] }) {
  return (
    <ul className="divide-y divide-line-soft" aria-label="Access requests">
      {rows.map((row) => (
        <ElevationItem key={row.id} row={row} />
      ))}
    </ul>
  );
}

function ElevationItem({ row }: { row: Elevation }) {
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-56 font-medium text-ink">
          <Link href={`/agents/${row.agent.slug}`} className="hover:underline">
            {row.agent.name}
          </Link>{' '}
          <span className="font-normal text-ink-2">on {row.server.name}:</span>{' '}
          <Link href={`/policies/${row.server.slug}/${row.policy.slug}`} className="text-accent hover:underline">
            {row.policy.name}
          </Link>{' '}
          <span className="font-normal text-ink-2">
            instead of {row.grant.policy ?? 'no policy'}, for {minutesWords(row.minutes)}
          </span>
        </span>
        <StatusTag status={TAGS[row.status] ?? 'expired'} word={ELEVATION_WORDS[row.status]} />
      </p>
      <p className="text-ink-2">
        “<InertText text={row.reason} max={500} />” <span className="text-ink-3">asked by</span>{' '}
        <InertText text={row.requestedBy} max={120} />{' '}
        <span className="text-ink-3">
          <Time at={row.createdAt} />
        </span>
      </p>
      <Outcome row={row} />
      <Actions row={row} />
    </li>
  );
}

function Outcome({ row }: { row: Elevation }) {
  if (row.status === 'pending')
    return (
      <p className="text-meta text-ink-3">
        Over by itself <Time at={row.expiresAt} /> when nobody decides.
      </p>
    );
  return (
    <p className="text-meta text-ink-3">
      {row.decidedBy ? (
        <>
          {row.status === 'denied' ? 'Denied' : 'Approved'} by <InertText text={row.decidedBy} max={120} />{' '}
          {row.decidedReason ? (
            <>
              “<InertText text={row.decidedReason} max={300} />”{' '}
            </>
          ) : null}
        </>
      ) : null}
      {row.status === 'active' && row.until ? (
        <>
          · falls back by itself <Time at={row.until} />
        </>
      ) : null}
      {row.endedBy ? (
        <>
          · ended by <InertText text={row.endedBy} max={120} /> <Time at={row.endedAt} />
        </>
      ) : null}
    </p>
  );
}

const ACTIONS: Record<ElevationVerb, { word: string; consequences: (row: Elevation) => string[] }> = {
  approve: {
    word: 'Approve access',
    consequences: (row) => [
      `${row.agent.name} uses the policy ${row.policy.name} on ${row.server.name} for ${minutesWords(row.minutes)}, from now on.`,
      'It falls back by itself, and can be ended early.',
    ],
  },
  deny: { word: 'Deny access', consequences: () => ['The grant goes on as it is.'] },
  end: {
    word: 'End access',
    consequences: (row) => [
      row.status === 'pending'
        ? 'The request is taken back.'
        : `The next call is decided by ${row.grant.policy ?? 'no policy: everything is denied'} again.`,
    ],
  },
};

function Actions({ row }: { row: Elevation }) {
  const [open, setOpen] = useState<ElevationVerb | null>(null);
  const decide = useDecideElevation();
  const { may, why } = row.decision;
  const notEnding = row.ending.may ? null : row.ending.why;
  if (row.status !== 'pending' && row.status !== 'active') return null;
  const show = (verb: ElevationVerb) => {
    decide.reset();
    setOpen(verb);
  };
  const action = open === null ? null : ACTIONS[open];
  return (
    <div className="flex flex-wrap gap-2">
      {row.status === 'pending' ? (
        <>
          <Button size="sm" disabledReason={may ? null : why} onClick={() => show('approve')}>
            Approve…
          </Button>
          <Button size="sm" disabledReason={may ? null : why} onClick={() => show('deny')}>
            Deny…
          </Button>
          <Button size="sm" variant="quiet" disabledReason={notEnding} onClick={() => show('end')}>
            Take back
          </Button>
        </>
      ) : (
        <Button size="sm" disabledReason={notEnding} onClick={() => show('end')}>
          End access now
        </Button>
      )}
      {action && open ? (
        <ConfirmDialog
          open
          onOpenChange={() => setOpen(null)}
          tier={open === 'end' ? 'T1' : 'T2'}
          action={action.word}
          consequences={action.consequences(row)}
          pending={decide.isPending}
          error={decide.error?.message}
          onConfirm={(reason) => decide.mutate({ id: row.id, verb: open, reason }, { onSuccess: () => setOpen(null) })}
        />
      ) : null}
    </div>
  );
}
