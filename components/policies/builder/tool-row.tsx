'use client';

import {
  Check,
  CircleAlert,
  CircleCheck,
  CircleDot,
  EyeOff,
  FileText,
  Gauge,
  Hand,
  Layers,
  type LucideIcon,
  OctagonMinus,
  Settings2,
  TriangleAlert,
  Users,
} from 'lucide-react';
import { memo } from 'react';
import { cn } from '@/components/ui/cn';
import { RISK_LEVELS } from '@/lib/domain/risk';
import type { StateOutcome } from '@/lib/policy/edit/tool-state';
import { type Row, ruleCount } from './rows';
import { stateWords } from './state-words';
import { isForEvery, targetWords } from './target-rows';

const STATES: Record<StateOutcome, { icon: LucideIcon; look: string }> = {
  allowed: { icon: CircleCheck, look: 'text-allowed' },
  needs_approval: { icon: Hand, look: 'text-ask' },
  denied: { icon: OctagonMinus, look: 'text-denied' },
  hidden: { icon: EyeOff, look: 'text-hidden' },
};
const KINDS = { policy: Settings2, every: Users, risk: Layers, target: FileText, pattern: CircleDot, tool: CircleDot } as const;

interface ToolRowProps {
  row: Row;
  top: number;
  height: number;
  position: number;
  total: number;
  selected: boolean;
  ticked: boolean;
  tickable: boolean;
  onSelect: () => void;
  onTick: () => void;
}

/** One row: what it is, what happens to its calls, and what else there is to know. */
export const ToolRow = memo(
  function ToolRow({ row, top, height, position, total, selected, ticked, tickable, onSelect, onTick }: ToolRowProps) {
    const outcome = outcomeOf(row);
    const state = outcome === null ? null : STATES[outcome];
    const Icon = state?.icon ?? KINDS[row.kind];
    const rules = ruleCount(row.block);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys and focus are the list's, which names this row as its active one
      <div
        id={`row-${row.id}`}
        role="option"
        aria-selected={selected}
        aria-posinset={position}
        aria-setsize={total}
        data-row={row.id}
        onClick={onSelect}
        style={{ top, height }}
        className={cn(
          'absolute right-0 left-0 grid cursor-default grid-cols-[24px_16px_minmax(0,1fr)_auto] items-center gap-x-1.5 border-line-soft border-b pr-2.5 pl-1.5',
          selected ? 'bg-selected' : 'hover:bg-hover',
        )}
      >
        {tickable ? (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list ticks its active row with Space; an option holds no control of its own
          <span
            data-tick={row.name}
            onClick={(event) => {
              event.stopPropagation();
              onTick();
            }}
            className="flex size-6 items-center justify-center"
          >
            {ticked ? <span className="sr-only">ticked, </span> : null}
            <span
              className={cn(
                'flex size-3.5 items-center justify-center rounded-[4px] border',
                ticked ? 'border-accent bg-accent text-accent-ink' : 'border-control bg-surface',
              )}
            >
              {ticked ? <Check aria-hidden className="size-3" strokeWidth={3} /> : null}
            </span>
          </span>
        ) : (
          <span />
        )}
        <Icon aria-hidden className={cn('size-4', state?.look ?? 'text-ink-3', row.state?.choice === 'inherit' && 'opacity-60')} />
        <span className="min-w-0">
          <span className={cn('block truncate leading-4', isLiteral(row) ? 'font-mono' : 'font-medium')} title={row.name}>
            {row.name}
            {row.changed ? (
              <span className="ml-1 text-accent" title="Differs from what is live">
                •<span className="sr-only"> changed</span>
              </span>
            ) : null}
          </span>
          <span className="flex items-center gap-1.5 text-ink-3">
            <span className="min-w-0 flex-1 truncate text-meta">{subtitle(row)}</span>
            {row.state?.limited ? <Gauge aria-label="has limits" className="size-3.5 shrink-0 text-limited" /> : null}
            {row.state?.sometimesAsks ? <Hand aria-label="asks under conditions" className="size-3.5 shrink-0 text-ask" /> : null}
            {rules > 0 ? (
              <span className="num text-meta" title={rules === 1 ? '1 rule' : `${rules} rules`}>
                {rules}
              </span>
            ) : null}
            {row.errors > 0 ? <CircleAlert aria-label={`${row.errors} errors`} className="size-3.5 shrink-0 text-denied" /> : null}
            {row.errors === 0 && row.warnings > 0 ? (
              <TriangleAlert aria-label={`${row.warnings} warnings`} className="size-3.5 shrink-0 text-limited" />
            ) : null}
          </span>
        </span>
        {row.risk ? <MiniRisk risk={row.risk} /> : <span />}
      </div>
    );
  },
  (a, b) =>
    a.row.block === b.row.block &&
    a.top === b.top &&
    a.selected === b.selected &&
    a.ticked === b.ticked &&
    a.tickable === b.tickable &&
    a.total === b.total &&
    a.position === b.position &&
    sameLooks(a.row, b.row),
);

function sameLooks(a: Row, b: Row): boolean {
  return (
    a.name === b.name &&
    a.changed === b.changed &&
    a.errors === b.errors &&
    a.warnings === b.warnings &&
    a.covers === b.covers &&
    a.state?.outcome === b.state?.outcome &&
    a.state?.by === b.state?.by &&
    a.state?.limited === b.state?.limited &&
    a.state?.sometimesAsks === b.state?.sometimesAsks &&
    a.risk === b.risk &&
    a.block?.action === b.block?.action
  );
}

function MiniRisk({ risk }: { risk: NonNullable<Row['risk']> }) {
  const level = RISK_LEVELS.indexOf(risk);
  const on = { low: 'bg-ink-3', medium: 'bg-risk-medium', high: 'bg-risk-high', critical: 'bg-risk-critical' }[risk];
  return (
    <span role="img" aria-label={`${risk} risk`} title={`${risk} risk`} className="flex h-3 items-end gap-[2px]">
      {RISK_LEVELS.map((name, index) => (
        <span
          key={name}
          style={{ height: `${4 + index * 2.6}px` }}
          className={cn('w-[3px] rounded-[1px]', index <= level ? on : 'bg-line')}
        />
      ))}
    </span>
  );
}

/** A name as it is written, and not words for it. */
const isLiteral = ({ kind, pointer }: Row): boolean =>
  kind === 'tool' || kind === 'pattern' || (kind === 'target' && pointer.includes('/rules/'));

function outcomeOf({ kind, pointer, block, state }: Row): StateOutcome | null {
  if (kind !== 'target' || block === null || isForEvery(pointer)) return state?.outcome ?? null;
  return block.action === 'deny' ? 'denied' : 'allowed';
}

function subtitle(row: Row): string {
  if (row.kind === 'policy') return 'default, hidden tools, mode';
  const rules = ruleCount(row.block);
  if (row.kind === 'every') return rules === 0 ? 'no rules' : `${rules} ${rules === 1 ? 'rule' : 'rules'} for every call`;
  if (row.kind === 'target')
    return isForEvery(row.pointer)
      ? 'after the rules of each'
      : `${outcomeOf(row) === 'denied' ? 'Denied' : 'Allowed'} · ${targetWords(row.pointer)}`;
  if (row.kind === 'risk') return row.block === null ? `no rules · ${row.covers} tools by default` : `decides ${row.covers} tools`;
  const state = row.state === null ? '' : stateWords(row.state);
  if (row.kind === 'pattern') return `${state} · pattern over ${row.covers} tools`;
  return row.listed ? state : `${state} · not on this server`;
}
