'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useAllAgents } from '@/components/shared/api/lists';
import type { LegalHold } from '@/components/shared/api/wire';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { dayStart, holdTimeWords } from './retention-words';

const EVERYBODY = '*';

/** A time, an agent, or both; open ends hold everything on that side. */
export function PlaceHoldDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const agents = useAllAgents();
  const [agent, setAgent] = useState(EVERYBODY);
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const from = dayStart(first);
  const to = dayStart(last, 1);
  const place = useMutation({
    mutationFn: (reason: string) =>
      api<LegalHold>('POST', '/audit/holds', {
        body: { reason, ...(agent === EVERYBODY ? {} : { agent }), ...(from ? { from } : {}), ...(to ? { to } : {}) },
      }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['holds'] });
      client.invalidateQueries({ queryKey: ['retention'] });
      toast.success('Placed the legal hold');
      onClose();
    },
  });
  const whose = agent === EVERYBODY ? 'calls' : `calls of ${agent}`;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      action="Place legal hold"
      missing={from && to && from >= to ? 'The last day is before the first' : null}
      pending={place.isPending}
      error={place.error?.message ?? null}
      consequences={[
        `${holdTimeWords({ from, to })}: every month with ${whose} is kept as a whole.`,
        'Another admin has to lift it. What was removed before does not come back.',
      ]}
      onConfirm={(reason) => place.mutate(reason)}
    >
      <Field label="Whose calls">
        <Select
          value={agent}
          onChange={setAgent}
          options={[
            { value: EVERYBODY, label: 'Everybody' },
            ...(agents.data ?? []).map(({ slug, name }) => ({ value: slug, label: name, hint: slug })),
          ]}
        />
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="First day (UTC)" hint="Empty: since ever">
          <Input type="date" value={first} onChange={(event) => setFirst(event.target.value)} />
        </Field>
        <Field label="Last day (UTC)" hint="Empty: until it is lifted">
          <Input type="date" value={last} onChange={(event) => setLast(event.target.value)} />
        </Field>
      </div>
    </ConfirmDialog>
  );
}
