import Link from 'next/link';
import { cn } from '@/components/ui/cn';

const TABS = [
  { id: 'calls', label: 'Calls', href: '/activity' },
  { id: 'changes', label: 'Changes', href: '/activity/changes' },
  { id: 'integrity', label: 'Integrity', href: '/activity/integrity' },
  { id: 'exports', label: 'Exports', href: '/activity/exports' },
] as const;

/** Two streams with one way to look at them, what agents did and what people and keys changed, and whether what is kept of them holds. */
export function ActivityTabs({ open }: { open: (typeof TABS)[number]['id'] }) {
  return (
    <nav aria-label="Activity" className="flex items-center rounded-control border border-line bg-sunken p-0.5">
      {TABS.map((tab) => (
        <Link
          key={tab.id}
          href={tab.href}
          aria-current={tab.id === open ? 'page' : undefined}
          className={cn(
            'flex h-6 items-center rounded-[5px] px-2.5 text-base font-medium',
            tab.id === open ? 'bg-surface text-ink shadow-[0_0_0_1px_var(--line)]' : 'text-ink-2 hover:text-ink',
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
