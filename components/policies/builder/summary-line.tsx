'use client';

import { cn } from '@/components/ui/cn';
import { useBuilder } from './builder-context';
import { DefaultControl } from './default-control';
import { NO_FILTER, type RowFilter, type Summary } from './rows';

const PARTS: readonly (readonly [keyof Summary, string, string])[] = [
  ['allowed', 'allowed', 'text-allowed'],
  ['needs_approval', 'ask', 'text-ask'],
  ['limited', 'limited', 'text-limited'],
  ['denied', 'denied', 'text-denied'],
  ['hidden', 'hidden', 'text-hidden'],
  ['inherit', 'by default or class', 'text-ink-2'],
];

/** The default and how many tools come to what; a number filters the list. */
export function SummaryLine({ summary, filter, onFilter }: { summary: Summary; filter: RowFilter; onFilter: (filter: RowFilter) => void }) {
  const { valid } = useBuilder();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-b px-3 py-2">
      <span className="inline-flex items-center gap-2">
        <span className="text-ink-2">Anything not listed is</span>
        <DefaultControl compact />
      </span>
      <span className="flex flex-wrap items-center gap-x-1.5">
        {PARTS.filter(([key]) => summary[key] > 0).map(([key, word, look]) => {
          const on = filter.states.size === 1 && filter.states.has(key);
          return (
            <span key={key} className="inline-flex items-center">
              <button
                type="button"
                aria-pressed={on}
                onClick={() => onFilter(on ? NO_FILTER : { ...NO_FILTER, states: new Set([key]) })}
                className={cn('num min-h-6 rounded-[4px] px-1 hover:bg-hover', on && 'bg-selected', look)}
              >
                {summary[key]} {word}
              </button>
            </span>
          );
        })}
      </span>
      {valid.view.mode === 'observe' ? (
        <span className="rounded-[4px] border border-control border-dashed px-1.5 text-meta text-ink-2">
          observes only: nothing is refused
        </span>
      ) : null}
    </div>
  );
}
