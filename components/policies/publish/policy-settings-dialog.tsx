'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Policy, PolicyDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useMe } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { path } from '../use-draft';

type SecondPerson = Policy['secondPerson'];

/** Name, when a second person has to agree, and where the policy is kept. */
export function PolicySettingsDialog({ policy, onClose }: { policy: PolicyDetail; onClose: () => void }) {
  const client = useQueryClient();
  const isAdmin = useMe().data?.role === 'admin';
  const [name, setName] = useState(policy.name);
  const [secondPerson, setSecondPerson] = useState<SecondPerson>(policy.secondPerson);
  const [managedBy, setManagedBy] = useState(policy.managedBy ?? '');
  const save = useMutation({
    mutationFn: () =>
      api<Policy>('PATCH', path(policy), {
        body: {
          ...(name.trim() === policy.name ? {} : { name: name.trim() }),
          ...(secondPerson === policy.secondPerson ? {} : { secondPerson }),
          ...(managedBy.trim() === (policy.managedBy ?? '') ? {} : { managedBy: managedBy.trim() || null }),
        },
      }),
    onSuccess: () => {
      for (const key of ['policy', 'policies']) client.invalidateQueries({ queryKey: [key] });
      toast.success('Settings saved');
      onClose();
    },
  });
  const unchanged = name.trim() === policy.name && secondPerson === policy.secondPerson && managedBy.trim() === (policy.managedBy ?? '');
  return (
    <Dialog
      open
      onOpenChange={onClose}
      width="sm"
      title="Policy settings"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            pending={save.isPending}
            disabledReason={unchanged ? 'Nothing changed' : name.trim() === '' ? 'A policy has a name' : null}
            onClick={() => save.mutate()}
          >
            Save settings
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Name">
          <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field
          label="Second person"
          hint={isAdmin ? 'Whoever wrote part of a text cannot be its second person.' : 'Administrators set this.'}
        >
          <Select
            disabled={!isAdmin}
            value={secondPerson}
            onChange={(value) => setSecondPerson(value as SecondPerson)}
            options={[
              { value: 'never', label: 'Not needed' },
              { value: 'loosening', label: 'For changes that open access' },
              { value: 'always', label: 'For every change' },
            ]}
          />
        </Field>
        <Field
          label="Kept in"
          optional
          hint={
            isAdmin ? 'For a policy that is applied from a repository: it is read-only in the console then.' : 'Administrators set this.'
          }
        >
          <Input
            disabled={!isAdmin}
            value={managedBy}
            placeholder="Git infra/policies"
            maxLength={300}
            onChange={(event) => setManagedBy(event.target.value)}
          />
        </Field>
        <FormError error={save.error} />
      </div>
    </Dialog>
  );
}
