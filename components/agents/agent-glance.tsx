'use client';

import type { ReactNode } from 'react';
import type { AgentDetail } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { Id } from '@/components/shared/id-text';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Facts, Panel } from '@/components/ui/panel';
import { formatLabels } from './agent-form';

/** Who answers for it, when it was seen, with which client, and when somebody looked at it: above every tab. */
export function AgentGlance({ agent }: { agent: AgentDetail }) {
  return (
    <section
      aria-label="At a glance"
      className="mb-5 grid gap-x-6 gap-y-3 rounded-panel border border-line bg-surface px-4 py-3 sm:grid-cols-2 xl:grid-cols-4"
    >
      <Cell term="Last seen">
        <Time at={agent.lastUsedAt} />
        {agent.lastSourceIp ? <span className="text-ink-3"> from {agent.lastSourceIp}</span> : null}
      </Cell>
      <Cell term="Client">
        {agent.lastClient ? (
          <>
            <InertText text={`${agent.lastClient.name} ${agent.lastClient.version ?? ''}`.trim()} max={120} />{' '}
            <span className="text-ink-3">as it says</span>
          </>
        ) : (
          <span className="text-ink-3">never said</span>
        )}
      </Cell>
      <Cell term="Owner">
        <InertText text={agent.owner} max={200} />
      </Cell>
      <Cell term="Review">
        <span className={agent.review.overdue ? 'text-limited' : undefined}>
          {agent.review.overdue ? 'overdue since ' : 'due '}
          <Time at={agent.review.due} />
        </span>
        <span className="block text-meta text-ink-3">
          {agent.review.reviewedAt ? (
            <>
              last <Time at={agent.review.reviewedAt} /> by <InertText text={agent.review.reviewedBy ?? 'somebody'} max={120} />
            </>
          ) : (
            `never reviewed; every ${plural(agent.review.days, 'day')}`
          )}
        </span>
      </Cell>
    </section>
  );
}

function Cell({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="text-meta text-ink-3">{term}</p>
      <p className="min-w-0 break-words text-ink">{children}</p>
    </div>
  );
}

export function AgentIdentity({ agent }: { agent: AgentDetail }) {
  return (
    <Panel title="Identity">
      <Facts
        items={[
          ['Owner', agent.owner],
          ['Purpose', agent.purpose],
          ['Environment', agent.environment],
          ['Labels', Object.keys(agent.labels).length > 0 ? formatLabels(agent.labels) : null],
          ['Created', <Time key="c" at={agent.createdAt} />],
          ['Id', <Id key="i" value={agent.id} max={16} />],
        ]}
      />
    </Panel>
  );
}
