import Link from 'next/link';
import { cn } from '@/components/ui/cn';

const TABS = [
  { id: 'calls', label: 'Calls', href: '/activity' },
  { id: 'changes', label: 'Changes', href: '/activity/changes' },
] as const;

/** Two streams with one way to look at them: what agents did, and what people and keys changed. */
export function ActivityTabs({ open }: { open: (typeof TABS)[number]['id'] }) {
  return (
    <nav aria-label="Activity" className="mb-3 flex gap-5 border-line border-b">
      {TABS.map((tab) => (
        <Link
          key={tab.id}
          href={tab.href}
          aria-current={tab.id === open ? 'page' : undefined}
          className={cn(
            '-mb-px flex h-9 items-center border-b-2 text-base font-medium -outline-offset-2',
            tab.id === open ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
