'use client';

import { CircleAlert } from 'lucide-react';
import { Button } from '@/components/ui/button';

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-start gap-3 px-6 py-24">
      <CircleAlert aria-hidden className="size-6 text-denied" />
      <h1 className="text-title font-semibold">This page could not be shown</h1>
      <p className="text-read text-ink-2">
        Something in the console failed; enforcement at the gateway goes on. Try again, and name the code below when you report it.
      </p>
      {error.digest ? <code className="font-mono text-meta text-ink-3">{error.digest}</code> : null}
      <Button variant="primary" onClick={reset}>
        Try again
      </Button>
    </div>
  );
}
