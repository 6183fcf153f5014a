import { type ReactNode, Suspense } from 'react';
import { LiveProvider } from '@/components/shared/live/live-provider';
import { Shell } from '@/components/shell/shell';

export const dynamic = 'force-dynamic';

export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return <LiveProvider><Shell><Suspense>{children}</Suspense></Shell></LiveProvider>;
}
