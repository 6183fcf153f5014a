'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, ShieldCheck } from 'lucide-react';
import { JsonView } from '@/components/shared/json-view';
import { useMe } from '@/components/shared/permission';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { LinkButton } from '@/components/ui/button';
import { Facts, Panel } from '@/components/ui/panel';

interface Ready {
  ok: boolean;
  body: unknown;
}

export function AboutSection() {
  const me = useMe();
  const ready = useQuery({
    queryKey: ['readyz'],
    queryFn: async ({ signal }): Promise<Ready> => {
      const response = await fetch('/readyz', { cache: 'no-store', signal });
      return { ok: response.ok, body: await response.json().catch(() => null) };
    },
    refetchInterval: 10_000,
  });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Panel title="Gateway on this node">
        <Loaded query={ready} what="The health of the gateway" skeleton={<SkeletonRows rows={3} />}>
          {(data) => (
            <div className="flex flex-col gap-3">
              <p
                className={data.ok ? 'flex items-center gap-2 font-medium text-allowed' : 'flex items-center gap-2 font-medium text-denied'}
              >
                {data.ok ? <CircleCheck aria-hidden className="size-4" /> : <CircleAlert aria-hidden className="size-4" />}
                {data.ok ? 'Ready: policies are loaded and calls can be recorded' : 'Not ready: calls are refused'}
              </p>
              {data.body === null ? null : <JsonView value={data.body} label="health" />}
            </div>
          )}
        </Loaded>
      </Panel>
      <div className="flex flex-col gap-4">
        <Panel title="This installation">
          <Facts
            items={[
              [
                'Public URL',
                <code key="u" className="font-mono text-meta">
                  {me.data?.publicUrl ?? '…'}
                </code>,
              ],
              ['stdio servers', me.data ? (me.data.allowStdio ? 'permitted' : 'not permitted') : '…'],
              ['Server time', <Time key="t" at={me.data?.serverTime} exact />],
              [
                'API',
                <a key="a" href="/api/v1/docs" className="text-accent hover:underline">
                  Reference
                </a>,
              ],
            ]}
          />
        </Panel>
        <Panel title="Audit trail">
          <div className="flex flex-col items-start gap-3">
            <p className="text-ink-2">
              Every row carries the hash of the one before it, and signed checkpoints say where all chains stood.
            </p>
            <LinkButton href="/activity/integrity">
              <ShieldCheck aria-hidden className="size-4" />
              Integrity of the audit trail
            </LinkButton>
          </div>
        </Panel>
      </div>
    </div>
  );
}
