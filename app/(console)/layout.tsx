import { headers } from 'next/headers';
import { type ReactNode, Suspense } from 'react';
import { LiveProvider } from '@/components/shared/live/live-provider';
import { safePath } from '@/components/shared/safe-path';
import { TimeZoneProvider } from '@/components/shared/time-zone';
import { Shell } from '@/components/shell/shell';
import { requireUser } from '@/lib/hosts/require-user';
import { workspaceZone } from '@/lib/hosts/workspace-zone';

export const dynamic = 'force-dynamic';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  // The server that owns the port says which address was asked for, so that sign-in leads back to it.
  await requireUser(safePath((await headers()).get('x-console-path')));
  return (
    <TimeZoneProvider workspace={await workspaceZone()}>
      <LiveProvider>
        <Shell>
          <Suspense>{children}</Suspense>
        </Shell>
      </LiveProvider>
    </TimeZoneProvider>
  );
}
