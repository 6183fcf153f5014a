'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { signIn } from 'next-auth/react';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { Setup } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useHydrated } from '@/components/shared/hydrated';
import { PasswordField } from '@/components/shared/password-field';
import { Button, LinkButton } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

/** Makes the first administrator with the one-time code, signs in and goes on to the first server. */
export function SetupForm() {
  const search = useSearchParams();
  const hydrated = useHydrated();
  const setup = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => api<Setup>('GET', '/setup', { signal }) });
  const [form, setForm] = useState({ code: search.get('code') ?? '', name: '', email: '', password: '' });
  const change = (patch: Partial<typeof form>) => setForm((old) => ({ ...old, ...patch }));
  const create = useMutation({
    mutationFn: async () => {
      await api('POST', '/setup', { body: form });
      const answer = await signIn('credentials', { redirect: false, email: form.email, password: form.password });
      window.location.assign(answer?.ok && !answer.error ? '/servers/new?first=1' : '/sign-in?next=/servers/new');
    },
  });
  if (setup.data && !setup.data.needed && !create.isPending && !create.isSuccess) {
    return (
      <div className="flex flex-col items-start gap-4">
        <p className="text-read text-ink-2">
          The first administrator exists already, and the code no longer works. Sign in, or ask an admin to add you under Settings, Members.
        </p>
        <LinkButton href="/sign-in" variant="primary">
          Sign in
        </LinkButton>
      </div>
    );
  }
  return (
    <form
      method="post"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Field label="One-time code" hint="Printed by the server on its first start." error={fieldError(create.error, 'code')}>
        <Input required className="font-mono" value={form.code} onChange={(event) => change({ code: event.target.value.trim() })} />
      </Field>
      <Field label="Your name" error={fieldError(create.error, 'name')}>
        <Input required autoComplete="name" value={form.name} onChange={(event) => change({ name: event.target.value })} />
      </Field>
      <Field label="E-mail" error={fieldError(create.error, 'email')}>
        <Input
          required
          type="email"
          autoComplete="username"
          value={form.email}
          onChange={(event) => change({ email: event.target.value })}
        />
      </Field>
      <PasswordField
        label="Password"
        kind="new-password"
        value={form.password}
        onChange={(password) => change({ password })}
        hint="At least 12 characters; a few random words are good."
        error={fieldError(create.error, 'password')}
      />
      <FormError error={create.error} shownFields={['code', 'name', 'email', 'password']} />
      <Button type="submit" disabled={!hydrated} variant="primary" pending={create.isPending || create.isSuccess} className="w-full">
        Create administrator
      </Button>
    </form>
  );
}
