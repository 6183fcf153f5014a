import type { ReactNode } from 'react';
import { cn } from './cn';

/** A ruled region. Panels are never put inside panels. */
export function Panel({
  title,
  meta,
  actions,
  flush,
  className,
  children,
}: {
  title?: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={cn('min-w-0 rounded-panel border border-line bg-surface', className)}>
      {title || actions ? (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line-soft border-b px-4 py-1.5">
          {title ? <h2 className="text-base font-semibold text-ink">{title}</h2> : null}
          {meta ? <span className="text-meta text-ink-3">{meta}</span> : null}
          {actions ? <div className="ml-auto flex items-center gap-2">{actions}</div> : null}
        </header>
      ) : null}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** Pairs of term and value, aligned in two columns. */
export function Facts({ items, className }: { items: readonly (readonly [ReactNode, ReactNode])[]; className?: string }) {
  return (
    <dl className={cn('grid grid-cols-[minmax(96px,max-content)_minmax(0,1fr)] gap-x-6 gap-y-2 [&_code]:leading-5', className)}>
      {items.map(([term, value], index) => (
        <div key={index} className="contents">
          <dt className="text-ink-3">{term}</dt>
          <dd className="min-w-0 break-words text-ink">{value ?? <span className="text-ink-3">none</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
