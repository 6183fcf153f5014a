'use client';

import { CircleUserRound, LogOut, Menu as MenuIcon, Monitor, Moon, Search, Settings, Sun, X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { signOut } from 'next-auth/react';
import { useTheme } from 'next-themes';
import { Dialog } from 'radix-ui';
import { useState, useSyncExternalStore } from 'react';
import { BrandMark } from '@/components/shared/brand-mark';
import { LiveDot } from '@/components/shared/live/live-dot';
import { useMe } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { Menu, MenuChoice, MenuItem, MenuRule } from '@/components/ui/menu';
import { ROLE_NAMES } from '@/lib/domain/roles';
import { RailNav } from './rail';
import { ZoneChip } from './zone-chip';

export function TopBar({ onSearch }: { onSearch: () => void }) {
  return (
    <div className="sticky top-0 z-20 flex h-12 items-center gap-1 border-line border-b bg-surface px-3 sm:gap-2 md:px-5">
      <Drawer />
      <button
        type="button"
        onClick={onSearch}
        className="flex h-7 min-w-0 items-center gap-2 rounded-control border border-line bg-sunken px-2.5 text-base text-ink-3 hover:border-control sm:w-72"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="hidden min-w-0 flex-1 truncate text-left sm:block">Search or go to…</span>
        <span className="sr-only sm:hidden">Search</span>
        <span className="hidden sm:block">
          <Kbd keys="⌘K" />
        </span>
      </button>
      <div className="ml-auto flex items-center gap-0.5 sm:gap-1.5">
        <LiveDot />
        <ZoneChip />
        <ThemeMenu />
        <UserMenu />
      </div>
    </div>
  );
}

const mounted = () => () => {};
function ThemeMenu() {
  const { theme, setTheme } = useTheme();
  const ready = useSyncExternalStore(
    mounted,
    () => true,
    () => false,
  );
  const Icon = !ready || theme === 'system' ? Monitor : theme === 'dark' ? Moon : Sun;
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label="Theme">
          <Icon aria-hidden className="size-4" />
        </Button>
      }
    >
      <MenuChoice
        label="Theme"
        value={ready ? (theme ?? 'system') : 'system'}
        onChange={setTheme}
        options={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'system', label: 'As the system' },
        ]}
      />
    </Menu>
  );
}

function UserMenu() {
  const me = useMe();
  const router = useRouter();
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label="Account">
          <CircleUserRound aria-hidden className="size-4.5" />
        </Button>
      }
    >
      {me.data ? (
        <div className="px-2 pt-1.5 pb-2">
          <p className="font-medium">{me.data.name}</p>
          <p className="text-meta text-ink-3">
            {me.data.email ?? 'management key'} · {ROLE_NAMES[me.data.role]}
          </p>
        </div>
      ) : null}
      <MenuRule />
      <MenuItem icon={<Settings />} onSelect={() => router.push('/settings/profile')}>
        Profile and sessions
      </MenuItem>
      <MenuItem icon={<LogOut />} onSelect={() => void signOut({ callbackUrl: '/sign-in' })}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

function Drawer() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button
          type="button"
          aria-label="Open navigation"
          className="flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-hover md:hidden"
        >
          <MenuIcon aria-hidden className="size-4.5" />
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(13_15_19/0.45)] md:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 flex w-[min(280px,85vw)] animate-enter flex-col border-line border-r bg-surface outline-none md:hidden"
        >
          <div className="flex h-12 items-center gap-2.5 pr-2 pl-4">
            <BrandMark />
            <Dialog.Title className="flex-1 text-section font-semibold">Callgate</Dialog.Title>
            <Dialog.Close
              aria-label="Close navigation"
              className="flex size-8 items-center justify-center rounded-control text-ink-3 hover:bg-hover"
            >
              <X aria-hidden className="size-4" />
            </Dialog.Close>
          </div>
          <RailNav collapsed={false} onNavigate={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
