'use client';

import { cn } from '@/components/ui/cn';
import { Tooltip } from '@/components/ui/tooltip';
import { type Category, RISK_LEVELS, type RiskLevel } from '@/lib/domain/risk';
import { CATEGORY_WORDS } from '@/lib/policy/explain/words';

const LOOKS: Record<RiskLevel, { word: string; box: string; on: string }> = {
  low: { word: 'Low', box: 'text-ink-2', on: 'bg-ink-3' },
  medium: { word: 'Medium', box: 'bg-risk-medium-chip text-risk-medium', on: 'bg-risk-medium' },
  high: { word: 'High', box: 'bg-risk-high-chip text-risk-high', on: 'bg-risk-high' },
  critical: { word: 'Critical', box: 'bg-risk-critical text-white', on: 'bg-white' },
};

interface RiskBarsProps {
  risk: RiskLevel;
  category?: Category | null;
  /** Sentences, strongest first; shown on hover and focus. */
  reasons?: readonly string[];
  className?: string;
}

/** Four signal bars and the word. A visual language of its own, so that risk is never mistaken for a decision. */
export function RiskBars({ risk, category, reasons, className }: RiskBarsProps) {
  const look = LOOKS[risk];
  const level = RISK_LEVELS.indexOf(risk);
  const body = (
    <span
      data-chip
      tabIndex={reasons?.length ? 0 : undefined}
      className={cn(
        'inline-flex h-6 w-fit shrink-0 items-center gap-1.5 whitespace-nowrap rounded-[4px] align-middle px-1.5 text-meta font-medium',
        look.box,
        className,
      )}
    >
      <span aria-hidden className="flex h-3 items-end gap-[2px]">
        {RISK_LEVELS.map((name, index) => (
          <span
            key={name}
            style={{ height: `${4 + index * 2.6}px` }}
            className={cn('w-[3px] rounded-[1px]', index <= level ? look.on : 'bg-current opacity-25')}
          />
        ))}
      </span>
      <span className="sr-only">Risk: </span>
      {look.word}
    </span>
  );
  if (!reasons?.length) return body;
  return (
    <Tooltip
      side="bottom"
      text={
        <span className="flex flex-col gap-1">
          <span className="font-medium">
            {look.word} risk{category ? ` · ${CATEGORY_WORDS[category].toLowerCase()}` : ''}
          </span>
          {reasons.slice(0, 4).map((reason) => (
            <span key={reason} className="text-ink-2">
              {reason}
            </span>
          ))}
        </span>
      }
    >
      {body}
    </Tooltip>
  );
}

export function CategoryWord({ category }: { category: Category }) {
  return <span className="text-ink-2">{CATEGORY_WORDS[category]}</span>;
}

/** How many tools of each risk, as one thin bar with the numbers in words. */
export function RiskMix({ counts }: { counts: Record<RiskLevel, number> }) {
  const total = RISK_LEVELS.reduce((sum, level) => sum + (counts[level] ?? 0), 0);
  if (total === 0) return <span className="text-ink-3">no tools</span>;
  const words = [...RISK_LEVELS]
    .reverse()
    .filter((level) => counts[level] > 0)
    .map((level) => `${counts[level]} ${level}`);
  return (
    <span className="flex flex-col gap-1" title={words.join(', ')}>
      <span aria-hidden className="flex h-1.5 w-24 gap-px overflow-hidden rounded-full">
        {RISK_LEVELS.map((level) =>
          counts[level] > 0 ? (
            <span
              key={level}
              style={{ flexGrow: counts[level] }}
              className={cn(level === 'low' ? 'bg-line' : level === 'critical' ? 'bg-risk-critical' : LOOKS[level].on)}
            />
          ) : null,
        )}
      </span>
      <span className="sr-only">{words.join(', ')}</span>
    </span>
  );
}
