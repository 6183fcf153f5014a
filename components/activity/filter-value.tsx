'use client';

import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, use } from 'react';
import { cn } from '@/components/ui/cn';
import type { FilterValues } from './call-filters';

/** Narrows the list that is on the page; without one the value opens a list of its own. */
export const ApplyFilter = createContext<((name: keyof FilterValues, value: string) => void) | null>(null);

/** A value of a call: a click shows the calls that have it too. */
export function FilterValue({
  name,
  value,
  words,
  className,
  children,
}: {
  name: keyof FilterValues;
  value: string;
  /** The value as people read it, for the name of the button. */
  words?: string;
  className?: string;
  children: ReactNode;
}) {
  const apply = use(ApplyFilter);
  const router = useRouter();
  return (
    <button
      type="button"
      title={`Show calls with this ${name}: ${words ?? value}`}
      onClick={() => (apply ? apply(name, value) : router.push(`/activity?${new URLSearchParams({ [name]: value })}`))}
      className={cn('max-w-full truncate rounded-sm text-left hover:underline hover:decoration-dotted hover:underline-offset-2', className)}
    >
      {children}
    </button>
  );
}
