import { Compass } from 'lucide-react';
import { LinkButton } from '@/components/ui/button';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-3 px-6">
      <Compass aria-hidden className="size-6 text-ink-3" />
      <h1 className="text-title font-semibold">There is no page at this address</h1>
      <p className="text-read text-ink-2">
        The object may have been deleted, or the link was shortened on its way. The overview and the search (⌘K) lead on.
      </p>
      <LinkButton href="/overview" variant="primary">
        Go to overview
      </LinkButton>
    </main>
  );
}
