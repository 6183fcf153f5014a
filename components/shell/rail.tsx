'use client';

import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useSyncExternalStore } from 'react';
import { useOpenAlerts } from '@/components/shared/alerts/use-alerts';
import { useApprovalSummary } from '@/components/shared/approval-alerts/use-approval-summary';
import { BrandMark } from '@/components/shared/brand-mark';
import { cn } from '@/components/ui/cn';
import { Tooltip } from '@/components/ui/tooltip';
import { NAV } from './nav';

const KEY = 'callgate.rail';
const listeners = new Set<() => void>();
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const media = window.matchMedia('(min-width: 1280px)');
  media.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
  };
}
function readCollapsed(): boolean {
  const chosen = window.localStorage.getItem(KEY);
  return chosen ? chosen === 'collapsed' : !window.matchMedia('(min-width: 1280px)').matches;
}

/** 232 px, or 56 px collapsed; below 1280 px collapsed unless chosen otherwise, below 768 px a drawer instead. */
export function Rail() {
  const collapsed = useSyncExternalStore(subscribe, readCollapsed, () => false);
  const toggle = () => {
    window.localStorage.setItem(KEY, collapsed ? 'open' : 'collapsed');
    for (const listener of listeners) listener();
  };
  return (
    <div
      className={cn(
        'sticky top-0 hidden h-dvh shrink-0 flex-col border-line border-r bg-surface md:flex',
        collapsed ? 'w-14' : 'w-[232px]',
      )}
    >
      <Link
        href="/overview"
        className={cn(
          'flex h-12 items-center gap-2.5 px-4 text-section font-semibold tracking-[-0.01em]',
          collapsed && 'justify-center px-0',
        )}
      >
        <BrandMark />
        {collapsed ? <span className="sr-only">Callgate</span> : 'Callgate'}
      </Link>
      <RailNav collapsed={collapsed} />
      <div className={cn('mt-auto p-2', collapsed && 'flex justify-center')}>
        <Tooltip text={collapsed ? 'Expand navigation' : 'Collapse navigation'} side="right">
          <button
            type="button"
            onClick={toggle}
            aria-label={collapsed ? 'Expand navigation' : 'Collapse navigation'}
            className="flex size-8 items-center justify-center rounded-control text-ink-3 hover:bg-hover hover:text-ink"
          >
            {collapsed ? <PanelLeftOpen aria-hidden className="size-4" /> : <PanelLeftClose aria-hidden className="size-4" />}
          </button>
        </Tooltip>
      </div>
    </div>
  );
}

export function RailNav({ collapsed, onNavigate }: { collapsed: boolean; onNavigate?: () => void }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-4 overflow-y-auto px-2 py-2">
      {NAV.map((section) => (
        <div key={section.group}>
          <p className={cn('px-2 pb-1 text-meta font-medium text-ink-3', collapsed && 'sr-only')}>{section.group}</p>
          <ul className="flex flex-col gap-0.5">
            {section.items.map((item) => {
              const current = pathname === item.href || pathname.startsWith(`${item.href}/`);
              const link = (
                <Link
                  href={item.href}
                  onClick={onNavigate}
                  aria-current={current ? 'page' : undefined}
                  className={cn(
                    'relative flex h-8 items-center gap-2.5 rounded-control px-2 text-base font-medium text-ink-2 hover:bg-hover hover:text-ink',
                    current && 'bg-selected text-ink hover:bg-selected',
                    collapsed && 'justify-center px-0',
                  )}
                >
                  <item.icon aria-hidden className={cn('size-4 shrink-0', current && 'text-accent')} />
                  <span className={collapsed ? 'sr-only' : ''}>{item.label}</span>
                  {item.href === '/approvals' ? <WaitingCount collapsed={collapsed} /> : null}
                  {item.href === '/alerts' ? <OpenAlerts collapsed={collapsed} /> : null}
                </Link>
              );
              return (
                <li key={item.href}>
                  {collapsed ? (
                    <Tooltip text={item.label} side="right">
                      {link}
                    </Tooltip>
                  ) : (
                    link
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** How many requests wait for this person; nothing for none. */
function WaitingCount({ collapsed }: { collapsed: boolean }) {
  return <CountBadge count={useApprovalSummary().data?.decidable ?? 0} words="waiting for you" collapsed={collapsed} />;
}

/** How many alerts nobody has acknowledged; nothing for none. */
function OpenAlerts({ collapsed }: { collapsed: boolean }) {
  return <CountBadge count={useOpenAlerts().data?.open ?? 0} words="open" collapsed={collapsed} />;
}

function CountBadge({ count, words, collapsed }: { count: number; words: string; collapsed: boolean }) {
  if (count === 0) return null;
  return (
    <span
      className={cn(
        'num rounded-full bg-accent px-1.5 text-meta text-accent-ink',
        collapsed ? 'absolute -top-1 right-0.5 px-1 leading-4' : 'ml-auto',
      )}
    >
      {count > 99 ? '99+' : count}
      <span className="sr-only"> {words}</span>
    </span>
  );
}
