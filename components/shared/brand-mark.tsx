import { cn } from '@/components/ui/cn';

/** A gate that lets one line pass: two posts, the bar between them cut by an opening. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden className={cn('size-6', className)}>
      <rect x="1" y="1" width="22" height="22" rx="6" fill="var(--accent)" />
      <path d="M7 6v12M17 6v12" stroke="var(--accent-ink)" strokeWidth="2.2" strokeLinecap="round" />
      <path d="M7 12h3.2M13.8 12H17" stroke="var(--accent-ink)" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  );
}
