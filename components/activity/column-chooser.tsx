'use client';

import { ArrowDown, ArrowUp, Columns3, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Popover } from '@/components/ui/popover';
import { SCREEN_COLUMNS, type ScreenColumn, USUAL_SCREEN_COLUMNS } from '@/lib/domain/call-columns';
import { type ChangeColumns, type ColumnChoice, moved, toggled } from './column-choice';

const ALL = Object.keys(SCREEN_COLUMNS) as ScreenColumn[];

/** Which columns the list has, and in which order. The choice is in the address, so that links, views and exports have it too. */
export function ColumnChooser({ columns, onChange }: { columns: ColumnChoice; onChange: ChangeColumns }) {
  const [said, setSaid] = useState('');
  const { shown, chosen } = columns;
  const change = (column: ScreenColumn, how: Parameters<ChangeColumns>[0]) => {
    const next = onChange(how);
    const place = next.indexOf(column) + 1;
    const { header } = SCREEN_COLUMNS[column];
    setSaid(place === 0 ? `${header} is not shown` : `${header} is column ${place} of ${next.length}`);
  };
  const rest = ALL.filter((column) => !shown.includes(column));
  // One list of all, so that a column that comes or goes keeps the focus that is on it.
  const items = [
    ...shown.map((column, index) => (
      <ColumnItem
        key={column}
        column={column}
        checked
        onToggle={() => change(column, (now) => toggled(now, column))}
        first={index === 0}
        last={index === shown.length - 1}
        onMove={(by) => change(column, (now) => moved(now, column, by))}
      />
    )),
    rest.length > 0 ? (
      <li key="(rest)" className="mt-1 border-line-soft border-t px-1.5 pt-2 pb-0.5 text-meta font-medium text-ink-3">
        Not shown
      </li>
    ) : null,
    ...rest.map((column) => (
      <ColumnItem key={column} column={column} checked={false} onToggle={() => change(column, (now) => toggled(now, column))} />
    )),
  ];
  return (
    <Popover
      label="Columns of the list"
      focusWhole
      align="end"
      className="flex max-h-[min(70dvh,var(--radix-popover-content-available-height))] w-72 flex-col p-0"
      trigger={
        <Button size="sm" variant="quiet">
          <Columns3 aria-hidden className="size-3.5" />
          Columns
        </Button>
      }
    >
      <ul aria-label="Columns" className="min-h-0 overflow-y-auto p-1.5">
        {items}
      </ul>
      <div className="border-line border-t p-1.5">
        <Button
          size="sm"
          variant="ghost"
          label="Time, decision, agent and the others that the list has unless told otherwise"
          disabledReason={chosen ? null : 'These are the usual columns'}
          onClick={() => {
            setSaid(`The usual ${USUAL_SCREEN_COLUMNS.length} columns are shown`);
            onChange(() => USUAL_SCREEN_COLUMNS);
          }}
        >
          <RotateCcw aria-hidden className="size-3.5" />
          Reset to default
        </Button>
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
    </Popover>
  );
}

interface ColumnItemProps {
  readonly column: ScreenColumn;
  readonly checked: boolean;
  readonly onToggle: () => void;
  readonly first?: boolean;
  readonly last?: boolean;
  /** Only for what is shown. */
  readonly onMove?: (by: -1 | 1) => void;
}

function ColumnItem({ column, checked, onToggle, first = false, last = false, onMove }: ColumnItemProps) {
  const { header } = SCREEN_COLUMNS[column];
  return (
    <li data-column={column} className="flex min-h-8 items-center justify-between gap-2 rounded-control pr-0.5 pl-1.5 hover:bg-hover">
      <Checkbox checked={checked} disabled={column === 'at'} onChange={onToggle} label={column === 'at' ? `${header} (always)` : header} />
      {onMove ? (
        <span className="flex">
          <Button
            size="icon"
            variant="ghost"
            label={`Move ${header} up`}
            disabledReason={first ? `${header} is the first column` : null}
            onClick={() => onMove(-1)}
          >
            <ArrowUp aria-hidden className="size-3.5" />
          </Button>
          <Button
            size="icon"
            variant="ghost"
            label={`Move ${header} down`}
            disabledReason={last ? `${header} is the last column` : null}
            onClick={() => onMove(1)}
          >
            <ArrowDown aria-hidden className="size-3.5" />
          </Button>
        </span>
      ) : null}
    </li>
  );
}
