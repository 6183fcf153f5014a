'use client';

import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { useBuilder } from './builder-context';

interface LaneProps {
  /** Its place in the order of the engine; none for what is no step. */
  step?: number;
  title: string;
  about: string;
  /** Between two rules: `and`, `or`. */
  join?: string;
  empty: string;
  add?: { readonly label: string; readonly run: () => void }[];
  children: ReactNode[];
}

/** One step of a decision, in the order in which the engine takes them. */
export function Lane({ step, title, about, join, empty, add = [], children }: LaneProps) {
  const { inert } = useBuilder();
  return (
    <section aria-label={title} className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 border-line-soft border-t py-2.5">
      <span
        aria-hidden
        className={cn(
          'num mt-0.5 flex size-5 items-center justify-center rounded-full text-meta text-ink-3',
          step !== undefined && 'border border-line',
        )}
      >
        {step}
      </span>
      <div className="flex min-w-0 flex-col gap-1.5">
        <h3 className="flex min-h-6 flex-wrap items-center gap-x-2 text-base">
          <span className="font-semibold text-ink">{title}</span>
          <span className="text-meta text-ink-3">{about}</span>
        </h3>
        {children.length === 0 ? <p className="text-ink-3">{empty}</p> : null}
        {children.map((child, index) => (
          <div key={index} className="flex flex-col gap-1.5">
            {index > 0 && join ? <span className="pl-2.5 text-meta text-ink-3">{join}</span> : null}
            {child}
          </div>
        ))}
        {inert || add.length === 0 ? null : (
          <div className="flex flex-wrap gap-x-1">
            {add.map((one) => (
              <Button key={one.label} size="sm" variant="ghost" className="px-1.5 text-ink-2" onClick={one.run}>
                <Plus aria-hidden className="size-3.5" />
                {one.label}
              </Button>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}
