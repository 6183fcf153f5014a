'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '@/components/shared/api/client';
import { ApprovalAlerts } from '@/components/shared/approval-alerts/approval-alerts';
import { useMe } from '@/components/shared/permission';
import { useShortcuts } from '@/components/shared/shortcuts';
import { CommandPalette } from './command-palette';
import { ConnectionBanner } from './connection-banner';
import { KillBanner } from './kill-banner';
import { NAV_ITEMS } from './nav';
import { Rail } from './rail';
import { ShortcutSheet } from './shortcut-sheet';
import { TopBar } from './top-bar';

/** The frame of every console page: rail, top bar, palette, shortcuts. */
export function Shell({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  useShortcuts({
    'mod+k': (event) => {
      event.preventDefault();
      setPalette((open) => !open);
    },
    '?': () => setSheet(true),
    ...Object.fromEntries(NAV_ITEMS.map((item) => [`g ${item.key}`, () => router.push(item.href)])),
  });
  useSignInWhenSessionEnds();
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <ApprovalAlerts />
      <Rail />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onSearch={() => setPalette(true)} />
        <ConnectionBanner />
        <KillBanner />
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[1600px] flex-1 px-4 py-5 outline-none md:px-6">
          {children}
        </main>
      </div>
      <CommandPalette open={palette} onOpenChange={setPalette} onShortcuts={() => setSheet(true)} />
      <ShortcutSheet open={sheet} onOpenChange={setSheet} />
    </div>
  );
}

/** A session that ended is told by the first refused read; the person comes back to the same address. */
function useSignInWhenSessionEnds(): void {
  const me = useMe();
  const pathname = usePathname();
  const ended = me.error instanceof ApiError && me.error.status === 401;
  useEffect(() => {
    if (ended) window.location.assign(`/sign-in?next=${encodeURIComponent(pathname + window.location.search)}`);
  }, [ended, pathname]);
}
