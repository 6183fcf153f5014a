'use client';

import Link from 'next/link';
import type { Approval } from '@/components/shared/api/wire';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { STATUS_WORDS } from './approval-words';
import { clockWords, useTimeLeft } from './time-left';

export function RequestList({ rows, selected }: { rows: readonly Approval[]; selected: string | null }) {
  return (
    <ul className="divide-y divide-line-soft">
      {rows.map((row) => (
        <li key={row.id}>
          <Link
            href={`/approvals/${row.id}`}
            aria-current={row.id === selected ? 'true' : undefined}
            className={cn('flex min-h-16 flex-col gap-1.5 px-4 py-2.5 -outline-offset-2 hover:bg-hover', row.id === selected && 'bg-hover')}
          >
            <span className="flex items-center gap-2">
              <RiskBars risk={row.risk} />
              <span className="min-w-0 flex-1 truncate font-medium text-ink">
                <InertText text={row.innerTool ?? row.tool} max={80} />
              </span>
              {row.status === 'pending' ? (
                <TimeLeft approval={row} />
              ) : (
                <span className="text-meta text-ink-3">{STATUS_WORDS[row.status]}</span>
              )}
            </span>
            <span className="flex flex-wrap items-center gap-x-2 text-meta text-ink-3">
              <span className="text-ink-2">
                {row.agent.slug} · {row.server.slug}
              </span>
              <Time at={row.createdAt} />
              {row.asks > 1 ? <span>asked {row.asks} times</span> : null}
              {row.votesNeeded > 1 ? (
                <span>
                  {row.votes.filter(({ vote }) => vote === 'approve').length} of {row.votesNeeded} agreed
                </span>
              ) : null}
              {row.status === 'pending' && row.waiting.calls > 0 ? <span className="text-ask">agent waiting</span> : null}
              {row.viewers.length > 0 ? (
                <span>
                  <InertText text={row.viewers.join(', ')} max={80} /> looking
                </span>
              ) : null}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function TimeLeft({ approval }: { approval: Approval }) {
  const left = useTimeLeft(approval.expiresAt, approval.now) ?? 0;
  return (
    <span className={cn('num whitespace-nowrap text-meta', left < 60_000 ? 'font-medium text-denied' : 'text-ink-2')}>
      <span className="sr-only">time left </span>
      {clockWords(left)}
    </span>
  );
}
