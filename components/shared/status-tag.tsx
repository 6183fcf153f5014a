import { CircleDashed, CircleDot, CirclePause, CircleX, Clock, ShieldAlert } from 'lucide-react';
import { cn } from '@/components/ui/cn';

const LOOKS = {
  active: { icon: CircleDot, text: 'text-allowed' },
  pending: { icon: Clock, text: 'text-limited' },
  quarantined: { icon: ShieldAlert, text: 'text-denied' },
  suspended: { icon: CirclePause, text: 'text-limited' },
  disabled: { icon: CirclePause, text: 'text-ink-3' },
  revoked: { icon: CircleX, text: 'text-ink-3' },
  expired: { icon: Clock, text: 'text-ink-3' },
  failing: { icon: CircleX, text: 'text-broken' },
  draft: { icon: CircleDashed, text: 'text-ink-2' },
} as const;
export type StatusName = keyof typeof LOOKS;

/** The state of a thing (not of a call): outline icon and word, quieter than a decision chip. */
export function StatusTag({ status, word, className }: { status: string; word?: string; className?: string }) {
  const look = LOOKS[status as StatusName] ?? LOOKS.draft;
  const Icon = look.icon;
  return (
    <span className={cn('inline-flex w-fit items-center gap-1.5 whitespace-nowrap align-middle text-base', look.text, className)}>
      <Icon aria-hidden className="size-3.5" />
      {word ?? status.charAt(0).toUpperCase() + status.slice(1)}
    </span>
  );
}
