import { CircleCheck, CircleSlash, EyeOff, Gauge, Hand, type LucideIcon, OctagonMinus, PlugZap, ShieldX, Unplug } from 'lucide-react';
import { cn } from '@/components/ui/cn';
import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';

/** What a row shows: the decision, or that the upstream failed after it was allowed. */
export type Verdict = 'allowed' | 'needs_approval' | 'limited' | 'denied' | 'hidden' | 'refused' | 'unavailable' | 'upstream_error';

interface VerdictLook {
  word: string;
  icon: LucideIcon;
  chip: string;
  text: string;
  chart: string;
}

export const VERDICTS: Record<Verdict, VerdictLook> = {
  allowed: {
    word: 'Allowed',
    icon: CircleCheck,
    chip: 'bg-allowed-chip text-allowed',
    text: 'text-allowed',
    chart: 'var(--allowed-chart)',
  },
  needs_approval: { word: 'Needs approval', icon: Hand, chip: 'bg-ask-chip text-ask', text: 'text-ask', chart: 'var(--ask-chart)' },
  limited: { word: 'Rate-limited', icon: Gauge, chip: 'bg-limited-chip text-limited', text: 'text-limited', chart: 'var(--limited-chart)' },
  denied: { word: 'Denied', icon: OctagonMinus, chip: 'bg-denied-chip text-denied', text: 'text-denied', chart: 'var(--denied-chart)' },
  hidden: { word: 'Hidden', icon: EyeOff, chip: 'bg-hidden-chip text-hidden', text: 'text-hidden', chart: 'var(--hidden-chart)' },
  refused: { word: 'Refused', icon: ShieldX, chip: 'bg-denied-chip text-denied', text: 'text-denied', chart: 'var(--denied-chart)' },
  unavailable: { word: 'Unavailable', icon: Unplug, chip: 'bg-broken-chip text-broken', text: 'text-broken', chart: 'var(--broken-chart)' },
  upstream_error: {
    word: 'Upstream error',
    icon: PlugZap,
    chip: 'bg-broken-chip text-broken',
    text: 'text-broken',
    chart: 'var(--broken-chart)',
  },
};

/** Splits `observed_denied` into what would have happened and that it only watched. */
export function verdictOf(decision: EventDecision, outcome?: EventOutcome | null): { verdict: Verdict; observed: boolean } {
  if (decision.startsWith('observed_')) return { verdict: decision.slice('observed_'.length) as Verdict, observed: true };
  if (decision === 'allowed' && outcome === 'upstream_error') return { verdict: 'upstream_error', observed: false };
  return { verdict: decision as Verdict, observed: false };
}

/** The one way a decision is shown: word, icon and colour together. Evaluate-only is dashed and says so. */
export function DecisionChip({
  decision,
  outcome,
  observed,
  className,
}: {
  decision: EventDecision;
  outcome?: EventOutcome | null;
  observed?: boolean;
  className?: string;
}) {
  const shown = verdictOf(decision, outcome);
  const look = VERDICTS[shown.verdict] ?? { ...VERDICTS.hidden, word: decision, icon: CircleSlash };
  const watched = observed ?? shown.observed;
  const Icon = look.icon;
  return (
    <span
      data-chip
      data-verdict={shown.verdict}
      title={watched ? 'Evaluate only: the call was let pass' : undefined}
      className={cn(
        'inline-flex h-6 w-fit shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full align-middle px-2 text-meta font-medium',
        look.chip,
        watched && 'border border-current border-dashed',
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {watched ? `Would be ${look.word.toLowerCase()}` : look.word}
    </span>
  );
}
