'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { PolicyEditor } from './policy-editor';

export function PolicyPage({ server, policy }: { server: string; policy: string }) {
  const query = useQuery({
    queryKey: ['policy', server, policy],
    queryFn: ({ signal }) =>
      api<PolicyDetail>('GET', `/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`, { signal }),
  });
  return (
    <Loaded query={query} what="This policy" skeleton={<SkeletonRows rows={12} />}>
      {(data) => <PolicyEditor key={data.id} policy={data} />}
    </Loaded>
  );
}
