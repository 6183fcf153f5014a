'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { api } from '@/components/shared/api/client';
import type { AuditContext, AuditDetail, AuditRow } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatMs } from '@/components/shared/format';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';

/** What stands around a call: the approval it asked for or used, and what its session did just before and after. */
export function EventContext({ event }: { event: AuditDetail }) {
  const query = useQuery({
    queryKey: ['audit-context', event.id],
    queryFn: ({ signal }) => api<AuditContext>('GET', `/audit/${encodeURIComponent(event.id)}/context`, { signal }),
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
  return (
    <Loaded query={query} what="The session of this call" skeleton={<SkeletonRows rows={3} />}>
      {(context) => (
        <>
          {context.approval ? <ApprovalHistory approval={context.approval} /> : null}
          {event.session ? <Session event={event} context={context} /> : null}
        </>
      )}
    </Loaded>
  );
}

function ApprovalHistory({ approval }: { approval: NonNullable<AuditContext['approval']> }) {
  return (
    <section>
      <h3 className="mb-1.5 text-meta font-medium text-ink-3">Approval</h3>
      <ol className="flex flex-col gap-1">
        <Step at={approval.askedAt}>
          Asked for;{' '}
          <Link href={`/approvals/${approval.id}`} className="text-accent hover:underline">
            see what was asked
          </Link>
        </Step>
        {approval.votes.map((vote) => (
          <Step key={`${vote.by}${vote.at}`} at={vote.at}>
            <InertText text={vote.by} max={120} /> {vote.vote === 'approve' ? 'approved' : 'denied'}
            {vote.reason ? (
              <>
                : “<InertText text={vote.reason} max={300} />”
              </>
            ) : null}
          </Step>
        ))}
        <Step at={approval.decidedAt ?? approval.expiresAt}>Now {approval.status}</Step>
      </ol>
    </section>
  );
}

function Step({ at, children }: { at: string; children: ReactNode }) {
  return (
    <li className="flex items-baseline gap-3">
      <span className="w-36 shrink-0 text-meta text-ink-3">
        <Time at={at} />
      </span>
      <span className="min-w-0">{children}</span>
    </li>
  );
}

function Session({ event, context }: { event: AuditDetail; context: AuditContext }) {
  const rows: readonly AuditRow[] = [...context.before].reverse().concat([event], context.after);
  const search = new URLSearchParams({ session: event.session ?? '', ...(event.grant ? { grant: event.grant } : {}), range: '30d' });
  return (
    <section className="min-w-0">
      <h3 className="mb-1.5 flex items-center justify-between gap-3 text-meta font-medium text-ink-3">
        What the session did before and after
        <Link href={`/activity?${search}`} className="font-normal text-accent hover:underline">
          All calls of the session
        </Link>
      </h3>
      {rows.length === 1 ? (
        <p className="text-ink-2">No other call of this session within {context.hours} hours.</p>
      ) : (
        <ol className="overflow-hidden rounded-control border border-line-soft">
          {rows.map((row) => {
            const own = row.id === event.id;
            return (
              <li
                key={row.id}
                aria-current={own ? 'true' : undefined}
                className={cn('flex min-h-8 items-center gap-3 border-line-soft border-b px-2 last:border-b-0', own && 'bg-selected')}
              >
                <span className="num w-24 shrink-0 text-meta text-ink-3">{offset(event.at, row.at)}</span>
                <DecisionChip decision={row.decision} outcome={row.outcome} />
                <span className="min-w-0 flex-1 truncate">
                  {own ? (
                    <span className="font-medium">this call</span>
                  ) : (
                    <Link href={`/activity/${row.id}`} className="hover:underline">
                      <code className="font-mono text-meta">
                        <InertText text={row.tool ?? row.method} max={60} />
                      </code>
                    </Link>
                  )}
                </span>
                <span className="num text-meta text-ink-3">{formatMs(row.upstreamMs)}</span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

/** `−2.4 s`, `+12 min` against the call itself. */
function offset(own: string, other: string): string {
  const ms = Date.parse(other) - Date.parse(own);
  const size = Math.abs(ms);
  const words =
    size < 60_000
      ? `${(size / 1000).toFixed(1)} s`
      : size < 3_600_000
        ? `${Math.round(size / 60_000)} min`
        : `${(size / 3_600_000).toFixed(1)} h`;
  return ms === 0 ? 'here' : `${ms < 0 ? '−' : '+'}${words}`;
}
