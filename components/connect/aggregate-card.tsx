'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { AgentDetail } from '@/components/shared/api/wire';
import { CopyButton } from '@/components/shared/copy-button';
import { Panel } from '@/components/ui/panel';
import { ClientSnippets } from './client-snippets';

const NAME = 'callgate';
const TOKEN_NOTE = 'Any active token of this agent opens this address. Tokens are shown once; rotate a grant to get a new one.';

/** The one address at which an agent finds all of its servers, and how a client is told of it. */
export function AggregateCard({ agent: slug }: { agent: string }) {
  // The page itself shows how this query is doing.
  const { data: agent } = useQuery({
    queryKey: ['agent', slug],
    queryFn: ({ signal }) => api<AgentDetail>('GET', `/agents/${encodeURIComponent(slug)}`, { signal }),
  });
  if (agent === undefined) return null;
  const { servers, gatewayUrl } = agent;
  return (
    <Panel title="All servers at one address">
      <div className="flex flex-col gap-4">
        <p className="max-w-[72ch] text-ink-2">
          Here the agent finds every server that its grants reach, as <code className="font-mono text-meta">{'{server}__{tool}'}</code>.
          Each call is decided by the policy of the grant for its server, and recorded under it.
        </p>
        <p className="flex flex-wrap items-center gap-1">
          <code className="min-w-0 break-all font-mono text-meta">{gatewayUrl}</code>
          <CopyButton text={gatewayUrl} label="Copy address of all servers" />
        </p>
        {servers.length === 0 ? (
          <p className="text-ink-2">It reaches nothing now: the agent has no active grant. Create one above.</p>
        ) : (
          <>
            <p className="text-meta text-ink-2">
              Reaches now: <span className="break-words font-mono">{servers.join(', ')}</span>
            </p>
            <ClientSnippets slug={NAME} gatewayUrl={gatewayUrl} token={null} absent={TOKEN_NOTE} />
          </>
        )}
      </div>
    </Panel>
  );
}
