'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { JwtIssuer, JwtIssuerCheck } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Menu, MenuItem } from '@/components/ui/menu';
import { toast } from '@/components/ui/toaster';

/** What can be done with one issuer. */
export function IssuerMenu({ issuer, onEdit }: { issuer: JwtIssuer; onEdit: () => void }) {
  const client = useQueryClient();
  const refusal = useRefusal('issuer.write');
  const [deleting, setDeleting] = useState(false);
  const path = `/jwt-issuers/${issuer.id}`;
  const done = () => client.invalidateQueries({ queryKey: ['jwt-issuers'] });
  const failed = (error: Error) => toast.error(`${issuer.name} was not changed`, { description: error.message });
  const update = useMutation({
    mutationFn: (status: JwtIssuer['status']) => api<JwtIssuer>('PATCH', path, { body: { status } }),
    onSuccess: done,
    onError: failed,
  });
  const check = useMutation({
    mutationFn: () => api<JwtIssuerCheck>('POST', `${path}/check`, { body: {} }),
    onSuccess: ({ problem, keys }) => {
      if (problem) toast.error('The keys cannot be used', { description: problem });
      else toast.success(`${plural(keys.length, 'key')} can be used`, { description: keys.map(({ kid, kty }) => kid ?? kty).join(', ') });
    },
    onError: (error) => toast.error('The keys could not be read', { description: error.message }),
  });
  const remove = useMutation({
    mutationFn: () => api<null>('DELETE', path),
    onSuccess: () => {
      setDeleting(false);
      done();
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${issuer.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem disabledReason={refusal} onSelect={onEdit}>
          Edit issuer
        </MenuItem>
        <MenuItem disabledReason={refusal} onSelect={() => check.mutate()}>
          Read keys now
        </MenuItem>
        <MenuItem disabledReason={refusal} onSelect={() => update.mutate(issuer.status === 'active' ? 'disabled' : 'active')}>
          {issuer.status === 'active' ? 'Disable issuer' : 'Enable issuer'}
        </MenuItem>
        <MenuItem destructive disabledReason={refusal} onSelect={() => setDeleting(true)}>
          Delete issuer
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        tier="T1"
        destructive
        action={`Delete ${issuer.name}`}
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={['Its tokens are refused at once. Agents, grants and grant tokens stay.']}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
