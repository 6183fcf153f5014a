'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { Member } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { PasswordField } from '@/components/shared/password-field';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { mayRole, PERMISSIONS, ROLE_NAMES, ROLES, type Role } from '@/lib/domain/roles';
import { PERMISSION_WORDS } from './roles-table';

const roleHint = (role: Role) =>
  role === 'admin'
    ? 'Everything'
    : PERMISSIONS.filter((permission) => mayRole(role, permission))
        .map((permission) => PERMISSION_WORDS[permission].toLowerCase())
        .join(', ');

/** Adds a person with a first password to hand over, or changes one. */
export function MemberDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState({
    name: member?.name ?? '',
    email: member?.email ?? '',
    role: member?.role ?? ('viewer' as Role),
    password: '',
  });
  const change = (patch: Partial<typeof form>) => setForm((old) => ({ ...old, ...patch }));
  const save = useMutation({
    mutationFn: () =>
      member
        ? api<Member>('PATCH', `/members/${member.id}`, {
            body: { name: form.name, role: form.role, ...(form.password ? { password: form.password } : {}) },
          })
        : api<Member>('POST', '/members', { body: form }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['members'] });
      client.invalidateQueries({ queryKey: ['me'] });
      toast.success(member ? `${saved.name} saved` : `${saved.name} may sign in`, {
        description: member ? undefined : 'Hand the first password over in person or by a password manager.',
      });
      onClose();
    },
  });
  const granting = form.role === 'admin' && member?.role !== 'admin';
  const action = member ? 'Save member' : 'Add member';
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={false}
      title={member ? `Edit ${member.name}` : 'Add member'}
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={save.isPending} onClick={() => save.mutate()}>
            {action}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Name" error={fieldError(save.error, 'name')}>
          <Input autoFocus value={form.name} onChange={(event) => change({ name: event.target.value })} />
        </Field>
        <Field label="E-mail" error={fieldError(save.error, 'email')} hint={member ? 'Cannot be changed.' : undefined}>
          <Input type="email" readOnly={Boolean(member)} value={form.email} onChange={(event) => change({ email: event.target.value })} />
        </Field>
        <Field label="Role" error={fieldError(save.error, 'role')}>
          <Select
            value={form.role}
            onChange={(value) => change({ role: value as Role })}
            options={ROLES.map((value) => ({ value, label: ROLE_NAMES[value], hint: roleHint(value) }))}
          />
        </Field>
        {granting ? (
          <p className="rounded-control bg-limited-chip px-3 py-2 text-limited">
            An admin may do everything, including adding other admins and deleting servers.
          </p>
        ) : null}
        <PasswordField
          label={member ? 'New password' : 'First password'}
          kind="new-password"
          value={form.password}
          onChange={(password) => change({ password })}
          hint={
            member
              ? 'Leave empty to keep the present one. A new one ends all sessions of this person.'
              : 'The person changes it under Settings, Profile.'
          }
          error={fieldError(save.error, 'password')}
        />
        <FormError error={save.error} shownFields={['name', 'email', 'role', 'password']} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
