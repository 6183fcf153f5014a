'use client';

import { useQuery } from '@tanstack/react-query';
import { Download, ShieldCheck } from 'lucide-react';
import { api } from '@/components/shared/api/client';
import type { Integrity } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Button } from '@/components/ui/button';
import { ActivityTabs } from '../activity-tabs';
import { ChainsPanel } from './chains-panel';
import { CheckpointsPanel } from './checkpoints-panel';
import { CopiesPanel } from './copies-panel';
import { KeysPanel } from './keys-panel';
import { useVerification } from './use-verification';
import { VerificationPanel } from './verification-panel';

/** Whether the trail can be trusted: what the last verification said, who signed, and where the copies are. */
export function IntegrityPage() {
  const verification = useVerification();
  const noEvidence = useRefusal('audit.evidence');
  const integrity = useQuery({
    queryKey: ['integrity'],
    queryFn: ({ signal }) => api<Integrity>('GET', '/audit/integrity', { signal }),
    refetchInterval: 30_000,
  });
  return (
    <>
      <PageHeader
        title="Activity"
        badges={<ActivityTabs open="integrity" />}
        description="Every row of the audit trail carries the hash of the row before it. Signed checkpoints say where all chains stood, and are kept outside the database too."
        actions={
          <>
            <Button
              disabledReason={noEvidence}
              onClick={() => {
                // The browser keeps it as a file; the page stays.
                window.location.assign('/api/v1/audit/evidence');
              }}
            >
              <Download aria-hidden className="size-4" />
              Download evidence
            </Button>
            {verification.running ? (
              <Button variant="outline" onClick={verification.cancel}>
                Cancel
              </Button>
            ) : (
              <Button variant="primary" onClick={() => void verification.run()}>
                <ShieldCheck aria-hidden className="size-4" />
                Verify now
              </Button>
            )}
          </>
        }
      />
      <div className="flex flex-col gap-4">
        <FormError error={verification.error} />
        <Loaded query={integrity} what="The state of the trail">
          {(data) => (
            <>
              <VerificationPanel integrity={data} progress={verification.progress} />
              <div className="grid items-start gap-4 lg:grid-cols-2">
                <CopiesPanel integrity={data} />
                <KeysPanel keys={data.keys} />
              </div>
            </>
          )}
        </Loaded>
        <CheckpointsPanel />
        <ChainsPanel
          problems={integrity.data?.lastVerification?.problems ?? []}
          verifiedAt={integrity.data?.lastVerification?.checkedAt ?? null}
        />
      </div>
    </>
  );
}
