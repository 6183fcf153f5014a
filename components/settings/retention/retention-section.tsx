'use client';

import { useMe } from '@/components/shared/permission';
import { HoldsPanel } from './holds-panel';
import { RemovalsPanel } from './removals-panel';
import { RetentionPanel } from './retention-panel';

/** How long calls are kept, what a legal hold keeps longer, and what was removed. */
export function RetentionSection() {
  const me = useMe();
  return (
    <div className="flex flex-col gap-4">
      <RetentionPanel />
      {me.data?.permissions.includes('audit.evidence') ? <HoldsPanel /> : null}
      <RemovalsPanel />
    </div>
  );
}
