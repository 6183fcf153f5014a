import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';

interface PageHeaderProps {
  title: ReactNode;
  /** Where this page lives, outermost first. */
  trail?: readonly { label: ReactNode; href: string }[];
  description?: ReactNode;
  badges?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, trail, description, badges, actions }: PageHeaderProps) {
  return (
    <header className="mb-5 flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        {trail?.length ? (
          <nav aria-label="Breadcrumb" className="mb-0.5">
            <ol className="flex flex-wrap items-center gap-1 text-meta text-ink-3">
              {trail.map((crumb, index) => (
                <li key={crumb.href} className="flex min-h-6 items-center gap-1">
                  {index > 0 ? <ChevronRight aria-hidden className="size-3" /> : null}
                  <Link href={crumb.href} className="rounded-sm hover:text-ink hover:underline">
                    {crumb.label}
                  </Link>
                </li>
              ))}
            </ol>
          </nav>
        ) : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 break-words text-title font-semibold tracking-[-0.01em] text-ink">{title}</h1>
          {badges}
        </div>
        {description ? <p className="mt-0.5 max-w-[72ch] text-read text-ink-2">{description}</p> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
