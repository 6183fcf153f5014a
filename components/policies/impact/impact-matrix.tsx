'use client';

import type { Simulation } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { cn } from '@/components/ui/cn';
import { simulatedStateWords } from './impact-words';

type Result = NonNullable<Simulation['result']>;
export type Cell = Pick<Result['matrix'][number], 'from' | 'to'>;

/** From what was to what would be; a cell shows its calls. */
export function ImpactMatrix({
  matrix,
  chosen,
  onChoose,
}: {
  matrix: Result['matrix'];
  chosen: Cell | null;
  onChoose: (cell: Cell | null) => void;
}) {
  const states = (pick: (cell: Result['matrix'][number]) => string) => [...new Set(matrix.map(pick))].sort((a, b) => order(a) - order(b));
  const rows = states((cell) => cell.from);
  const columns = states((cell) => cell.to);
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">Recorded calls by what happened and by what would happen</caption>
        <thead>
          <tr className="text-meta text-ink-3">
            <th scope="col" className="py-1 pr-3 font-normal">
              was \ would be
            </th>
            {columns.map((to) => (
              <th key={to} scope="col" className="px-2 py-1 text-right font-normal">
                {simulatedStateWords(to)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={from} className="border-line-soft border-t">
              <th scope="row" className="py-0.5 pr-3 font-normal text-ink-2">
                {simulatedStateWords(from)}
              </th>
              {columns.map((to) => {
                const cell = matrix.find((one) => one.from === from && one.to === to);
                const isChosen = chosen?.from === from && chosen.to === to;
                return (
                  <td key={to} className="px-0.5 py-0.5 text-right">
                    {cell === undefined ? (
                      <span className="px-1.5 text-ink-3">–</span>
                    ) : (
                      <button
                        type="button"
                        aria-pressed={isChosen}
                        aria-label={`${cell.calls} calls, ${simulatedStateWords(from)} to ${simulatedStateWords(to)}`}
                        onClick={() => onChoose(isChosen ? null : { from: cell.from, to: cell.to })}
                        className={cn(
                          'num min-h-6 rounded-[5px] px-1.5 hover:bg-hover',
                          from !== to && 'font-semibold',
                          isChosen && 'bg-selected outline-1 outline-accent',
                        )}
                      >
                        {formatCount(cell.calls)}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ORDER = ['allowed', 'needs_approval', 'limited', 'denied', 'hidden'];

function order(state: string): number {
  const observed = state.startsWith('observed_');
  return ORDER.indexOf(observed ? state.slice('observed_'.length) : state) * 2 + (observed ? 1 : 0);
}
