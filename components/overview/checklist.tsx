'use client';

import { Check, ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { Setup } from '@/components/shared/api/wire';
import { cn } from '@/components/ui/cn';
import { Panel } from '@/components/ui/panel';

type Steps = NonNullable<Setup['steps']>;

const ITEMS: readonly { key: keyof Steps; label: string; hint: string; href: string }[] = [
  { key: 'server', label: 'Add a server', hint: 'Its tools are read and classified', href: '/servers/new' },
  { key: 'tools', label: 'See what its tools can do', hint: 'Sorted by risk, with reasons', href: '/tools' },
  { key: 'policy', label: 'Publish a policy', hint: 'Start from the recommended one', href: '/policies?new=1' },
  { key: 'grant', label: 'Create an agent and its grant', hint: 'The token is shown once', href: '/agents?new=1' },
  { key: 'connected', label: 'Connect a client', hint: 'With a snippet for yours', href: '/agents' },
  { key: 'enforced', label: 'See a call refused', hint: 'The proof that it enforces', href: '/activity' },
];

/** The way to the first enforced call, made of real objects; gone when it is done. */
export function Checklist({ steps }: { steps: Steps }) {
  const done = ITEMS.filter((item) => steps[item.key]).length;
  if (done === ITEMS.length) return null;
  const next = ITEMS.find((item) => !steps[item.key]);
  return (
    <Panel title="Until the first enforced call" meta={`${done} of ${ITEMS.length} done`} flush>
      <ol className="grid sm:grid-cols-2 xl:grid-cols-3">
        {ITEMS.map((item, index) => {
          const isDone = steps[item.key];
          const isNext = item === next;
          return (
            <li key={item.key}>
              <Link
                href={item.href}
                className={cn('flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover', isNext && 'bg-accent-soft')}
              >
                <span
                  aria-hidden
                  className={cn(
                    'flex size-6 shrink-0 items-center justify-center rounded-full border text-meta font-medium',
                    isDone
                      ? 'border-transparent bg-allowed-chip text-allowed'
                      : isNext
                        ? 'border-accent text-accent'
                        : 'border-line text-ink-3',
                  )}
                >
                  {isDone ? <Check className="size-3.5" /> : index + 1}
                </span>
                <span className="min-w-0 flex-1">
                  <span className={cn('block font-medium', isDone && 'text-ink-3')}>
                    {item.label}
                    {isDone ? <span className="sr-only"> (done)</span> : null}
                  </span>
                  <span className="block text-meta text-ink-3">{item.hint}</span>
                </span>
                {isDone ? null : <ChevronRight aria-hidden className="size-4 text-ink-3" />}
              </Link>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
