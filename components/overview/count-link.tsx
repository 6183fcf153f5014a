import Link from 'next/link';
import { formatCount } from '@/components/shared/format';
import { cn } from '@/components/ui/cn';

/** A number of calls that leads to just these calls. */
export function CountLink({ count, href, className, label }: { count: number; href: string; className?: string; label?: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      data-count={count}
      aria-label={label === undefined ? undefined : `${formatCount(count)} ${label}`}
      className={cn('num rounded-sm underline decoration-line underline-offset-3 hover:text-accent hover:decoration-accent', className)}
    >
      {formatCount(count)}
    </Link>
  );
}
