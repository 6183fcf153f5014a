'use client';

import { useState } from 'react';
import { plural } from '@/components/shared/format';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Select } from '@/components/ui/select';
import { RISK_LEVELS } from '@/lib/domain/risk';
import { setValue } from '@/lib/policy/edit/set-value';
import { useBuilder } from './builder-context';

/** What happens to tools that nothing lists. Opening it names every tool that becomes callable first. */
export function DefaultControl({ compact = false }: { compact?: boolean }) {
  const builder = useBuilder();
  const [asking, setAsking] = useState(false);
  const { view } = builder.valid;
  const set = (value: string) => builder.edit((text) => setValue(text, '/default', value));
  const opened = builder.rows
    .filter((row) => row.kind === 'tool' && row.listed && row.state?.by === 'default')
    .sort((a, b) => RISK_LEVELS.indexOf(b.risk ?? 'low') - RISK_LEVELS.indexOf(a.risk ?? 'low'));
  return (
    <span className="inline-flex items-center gap-2">
      <Select
        label="Anything not listed"
        size="sm"
        value={view.default ?? undefined}
        disabled={builder.inert}
        placeholder="not said"
        onChange={(value) => {
          if (value === 'allow' && view.default !== 'allow' && opened.length > 0) setAsking(true);
          else if (value !== view.default) set(value);
        }}
        options={[
          { value: 'deny', label: 'Denied', hint: compact ? undefined : 'Only what the policy lists can be called' },
          { value: 'allow', label: 'Allowed', hint: compact ? undefined : 'Everything that no rule refuses can be called' },
        ]}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tier="T1"
        action="Allow what is not listed"
        consequences={[
          `${plural(opened.length, 'tool')} would become callable: ${RISK_LEVELS.toReversed()
            .map((risk) => [opened.filter((row) => row.risk === risk).length, risk] as const)
            .filter(([count]) => count > 0)
            .map(([count, risk]) => `${count} ${risk}`)
            .join(', ')}.`,
          `The most dangerous: ${opened
            .slice(0, 8)
            .map((row) => row.name)
            .join(', ')}${opened.length > 8 ? ', …' : ''}.`,
          'Tools that the server adds later too. Nothing changes for agents before you publish.',
        ]}
        onConfirm={() => {
          setAsking(false);
          set('allow');
        }}
      />
    </span>
  );
}
