'use client';

import { OctagonX } from 'lucide-react';
import Link from 'next/link';
import { killSubject, useEngagedKills } from '@/components/shared/kill-switch/use-kill-switches';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';

/** On every page while anything is stopped: what, who, when and why. */
export function KillBanner() {
  const { data } = useEngagedKills();
  const [first, ...others] = [...(data ?? [])].sort((a, b) => Number(b.scope === 'all') - Number(a.scope === 'all'));
  if (!first) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-denied-chip px-5 py-1.5 text-denied">
      <OctagonX aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 break-words font-medium">
        The kill switch stops <InertText text={killSubject(first)} max={120} />
        {others.length > 0 ? ` and ${others.length} more` : ''}.
      </span>
      <span className="min-w-0 break-words">
        {first.engagedBy}, <Time at={first.engagedAt} />: “<InertText text={first.reason} max={160} />”
      </span>
      <Link href="/kill-switch" className="ml-auto font-medium underline underline-offset-2">
        Open kill switch
      </Link>
    </div>
  );
}
