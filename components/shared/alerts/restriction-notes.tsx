'use client';

import Link from 'next/link';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { LiftRestriction } from './lift-dialog';
import { useRestrictions } from './use-alerts';

/** What anomalies have put on this agent for now, and the way to end it. */
export function RestrictionNotes({ agent }: { agent: string }) {
  const { rows } = useRestrictions(agent);
  return (
    <>
      {(rows ?? []).map((one) => (
        <section
          key={one.id}
          aria-label={one.mode === 'pause' ? 'Paused' : 'Asks a person'}
          className={cn(
            'mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-panel border px-4 py-2',
            one.mode === 'pause' ? 'border-denied bg-denied-chip text-denied' : 'border-ask bg-ask-chip text-ask',
          )}
        >
          <p className="min-w-0 flex-1 basis-64">
            <span className="font-medium">
              {one.mode === 'pause' ? 'Paused' : 'A person is asked about each call'}
              {one.tool === null ? null : (
                <>
                  {' '}
                  of <InertText text={`${one.server?.slug ?? ''}/${one.tool}`} max={120} />
                </>
              )}
              , ends <Time at={one.until} />.
            </span>{' '}
            <InertText text={one.explanation} max={300} />{' '}
            <Link href={`/alerts?sel=${one.alert}`} className="underline">
              Open the alert
            </Link>
          </p>
          <LiftRestriction restriction={one} />
        </section>
      ))}
    </>
  );
}
