import type { Metadata } from 'next';
import { Suspense } from 'react';
import { EntryFrame } from '@/components/shared/entry-frame';
import { SignInForm } from '@/components/sign-in/sign-in-form';

export const metadata: Metadata = { title: 'Sign in' };

export default function SignInPage() {
  return (
    <EntryFrame title="Sign in" foot="Forgot the password? An admin sets a new one under Settings, Members.">
      <Suspense>
        <SignInForm />
      </Suspense>
    </EntryFrame>
  );
}
