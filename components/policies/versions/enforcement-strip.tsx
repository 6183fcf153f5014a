'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicyEnforcement } from '@/components/shared/api/wire';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';

const POLL_MS = 3_000;

/** Which gateway node enforces which version, and since when. */
export function EnforcementStrip({ policy }: { policy: PolicyDetail }) {
  const { data } = useQuery({
    queryKey: ['enforcement', policy.id],
    queryFn: ({ signal }) =>
      api<PolicyEnforcement>('GET', `/servers/${policy.server.slug}/policies/${policy.slug}/enforcement`, { signal }),
    refetchInterval: POLL_MS,
  });
  if (!data) return null;
  return (
    <section aria-label="Gateway nodes" className="rounded-panel border border-line bg-surface px-4 py-2.5" data-testid="enforcement">
      <p className={data.enforcing === data.of ? 'text-ink' : 'text-limited'}>
        {data.of === 0
          ? 'No gateway node reports at the moment.'
          : `${data.enforcing} of ${data.of} gateway ${data.of === 1 ? 'node enforces' : 'nodes enforce'} version ${data.live ?? 0}.`}
      </p>
      <ul className="mt-1 flex flex-wrap gap-x-6 gap-y-1">
        {data.nodes.map((node) => (
          <li key={node.id} className="flex flex-wrap items-center gap-x-2 text-meta text-ink-2">
            <span className="font-mono">{node.name}</span>
            {node.state === 'silent' ? <StatusTag status="failing" word="silent" /> : null}
            <span>
              {node.version === null ? 'no version' : `v${node.version}`}
              {node.since === null ? null : (
                <>
                  {' '}
                  since <Time at={node.since} />
                </>
              )}
            </span>
            <span className="text-ink-3">
              seen <Time at={node.lastSeenAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
