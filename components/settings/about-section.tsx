'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, ShieldCheck } from 'lucide-react';
import { api } from '@/components/shared/api/client';
import { FormError } from '@/components/shared/form-error';
import { formatCount, plural } from '@/components/shared/format';
import { JsonView } from '@/components/shared/json-view';
import { useMe } from '@/components/shared/permission';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { Facts, Panel } from '@/components/ui/panel';
import type { verifyAudit } from '@/lib/control/audit/contract';
import type { AnswerOf } from '@/lib/control/define-contract';

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
        <VerifyPanel />
      </div>
    </div>
  );
}

function VerifyPanel() {
  const verify = useMutation({ mutationFn: () => api<AnswerOf<typeof verifyAudit>>('GET', '/audit/verify') });
  return (
    <Panel title="Audit trail">
      <div className="flex flex-col items-start gap-3">
        <p className="text-ink-2">Every row carries the hash of the one before it. Verifying recomputes all of them.</p>
        <Button pending={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck aria-hidden className="size-4" />
          Verify audit trail
        </Button>
        <FormError error={verify.error} />
        {verify.data ? (
          <div role="status">
            <p className={verify.data.ok ? 'font-medium text-allowed' : 'font-medium text-denied'}>
              {verify.data.ok
                ? `Unbroken: ${plural(verify.data.events, 'event')} of ${plural(verify.data.writers, 'writer')}`
                : `${formatCount(verify.data.problems.length)} breaks were found`}
            </p>
            <ul className="list-disc pl-4 text-ink-2">
              {verify.data.problems.map((problem) => (
                <li key={`${problem.writer}-${problem.seq}`}>
                  {problem.writer}, row {problem.seq}: {problem.message}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}
