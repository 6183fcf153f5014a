'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, type Page } from '@/components/shared/api/client';
import type { AgentDetail, Change } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';

/** What somebody who opens the page has to know first. */
export function AgentNotices({ agent }: { agent: AgentDetail }) {
  const elevated = agent.reach.filter((reach) => reach.elevatedUntil !== null);
  return (
    <>
      {agent.status === 'suspended' ? <Blocked agent={agent} /> : null}
      {agent.ownerActive ? null : (
        <Notice tone="broken">
          Its owner {agent.owner} is a disabled member, so its calls are refused. Name another owner under Settings.
        </Notice>
      )}
      {agent.review.overdue ? (
        <Notice tone="limited">
          A review was due <Time at={agent.review.due} />. Look at what it reaches, then mark it reviewed.
        </Notice>
      ) : null}
      {agent.unusedGrants > 0 ? (
        <Notice tone="limited">
          {plural(agent.unusedGrants, 'grant is', 'grants are')} not used. What nobody uses should be revoked: see Grants.
        </Notice>
      ) : null}
      {elevated.map((reach) => (
        <Notice key={reach.grant} tone="ask">
          More access for a while: {reach.server.name} is used under {reach.policy} until <Time at={reach.elevatedUntil} />, then it falls
          back by itself.
        </Notice>
      ))}
    </>
  );
}

function Blocked({ agent }: { agent: AgentDetail }) {
  const query = useQuery({
    queryKey: ['changes', 'suspended', agent.id, agent.updatedAt],
    queryFn: ({ signal }) => api<Page<Change>>('GET', `/changes?entityId=${agent.id}&action=agent.suspend&limit=1`, { signal }),
  });
  const change = query.data?.items[0];
  const reason = (change?.after as { reason?: unknown } | null | undefined)?.reason;
  return (
    <Notice tone="denied">
      Blocked: every call of this agent is refused with 403 until it is activated again.
      {change ? (
        <>
          {' '}
          By <InertText text={change.actor.name} max={120} />, <Time at={change.at} />
          {typeof reason === 'string' ? (
            <>
              : “<InertText text={reason} max={300} />”
            </>
          ) : (
            '.'
          )}
        </>
      ) : null}
    </Notice>
  );
}

const TONES = {
  limited: 'border-limited bg-limited-chip text-limited',
  broken: 'border-broken bg-broken-chip text-broken',
  denied: 'border-denied bg-denied-chip text-denied',
  ask: 'border-ask bg-ask-chip text-ask',
};

function Notice({ tone, children }: { tone: keyof typeof TONES; children: ReactNode }) {
  return <p className={cn('mb-4 rounded-panel border px-4 py-2', TONES[tone])}>{children}</p>;
}
