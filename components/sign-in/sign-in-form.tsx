'use client';

import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { signIn } from 'next-auth/react';
import { type FormEvent, useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { Setup } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useHydrated } from '@/components/shared/hydrated';
import { PasswordField } from '@/components/shared/password-field';
import { safePath } from '@/components/shared/safe-path';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

/** The words for what the sign-in answers; unknown e-mail and wrong password are told the same. */
export function signInWords(error: string): string {
  const wait = /throttl\w*[^0-9]*(\d+)?/i.exec(error);
  if (wait) return `Too many attempts. ${wait[1] ? `Try again in ${wait[1]} s.` : 'Wait a few minutes, then try again.'}`;
  if (/CredentialsSignin|invalid|credential/i.test(error)) return 'E-mail or password is not right, or the account is disabled.';
  if (/unavailable/.test(error)) return 'Sign-in does not work right now: the server could not check the password. Try again in a moment.';
  return `Sign-in failed: ${error}`;
}

export function SignInForm() {
  const search = useSearchParams();
  const hydrated = useHydrated();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const setup = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => api<Setup>('GET', '/setup', { signal }) });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setError(null);
    try {
      const answer = await signIn('credentials', { redirect: false, email, password });
      if (answer?.ok && !answer.error) return window.location.assign(safePath(search.get('next')));
      setError(new Error(answer?.status === 429 ? signInWords('throttled') : signInWords(answer?.error ?? 'no answer')));
    } catch {
      setError(new Error('The server cannot be reached. What you typed is kept; try again.'));
    }
    setPending(false);
  };
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-4">
      {setup.data?.needed ? (
        <p className="rounded-control bg-accent-soft px-3 py-2 text-base">
          Nobody can sign in yet. Open the set-up link that the server printed when it started.
        </p>
      ) : null}
      <Field label="E-mail">
        <Input
          type="email"
          name="email"
          autoComplete="username"
          inputMode="email"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <PasswordField label="Password" kind="current-password" value={password} onChange={setPassword} />
      <FormError error={error} />
      <Button type="submit" disabled={!hydrated} variant="primary" pending={pending} className="w-full">
        Sign in
      </Button>
    </form>
  );
}
