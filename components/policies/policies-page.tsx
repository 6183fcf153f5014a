'use client';

import { Plus } from 'lucide-react';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { PolicyTable } from './policy-table';

export function PoliciesPage() {
  const { set } = useUrlState();
  const refusal = useRefusal('policy.write');
  return (
    <>
      <PageHeader
        title="Policies"
        description="What agents may call, with which arguments and how often. Each publication is a version that never changes."
        actions={
          <Button variant="primary" disabledReason={refusal} onClick={() => set({ new: '1' })}>
            <Plus aria-hidden className="size-4" />
            New policy
          </Button>
        }
      />
      <PolicyTable />
    </>
  );
}
