import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SetupForm } from '@/components/setup/setup-form';
import { EntryFrame } from '@/components/shared/entry-frame';

export const metadata: Metadata = { title: 'Set up' };

export default function SetupPage() {
  return (
    <EntryFrame
      title="Create the first administrator"
      lead="Then add a server, give an agent a grant, and watch the first call being decided."
      foot="No e-mail is sent and nothing leaves this machine."
    >
      <Suspense>
        <SetupForm />
      </Suspense>
    </EntryFrame>
  );
}
