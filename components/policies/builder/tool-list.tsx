'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { Search } from 'lucide-react';
import { type Dispatch, type KeyboardEvent, type RefObject, type SetStateAction, useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { useBuilder } from './builder-context';
import { BulkBar } from './bulk-bar';
import { ListFilter } from './list-filter';
import { NewPattern } from './new-pattern';
import { filterRows, isFiltering, NO_FILTER, type Row, type RowFilter } from './rows';
import { ToolRow } from './tool-row';

interface ToolListProps {
  selected: string;
  filter: RowFilter;
  onFilter: (filter: RowFilter) => void;
  checked: ReadonlySet<string>;
  onCheck: Dispatch<SetStateAction<ReadonlySet<string>>>;
  search: RefObject<HTMLInputElement | null>;
  /** A row was chosen with the mouse or Enter: its rules are wanted. */
  onOpen: () => void;
}

const ROW_HEIGHT = 40;

/** Every row of the policy; only those in view are in the document. Arrow keys move, Space ticks, Enter goes to the rules. */
export function ToolList({ selected, filter, onFilter, checked, onCheck, search, onOpen }: ToolListProps) {
  const builder = useBuilder();
  const box = useRef<HTMLDivElement>(null);
  const rows = filterRows(builder.rows, filter);
  const tickable = rows.filter(isTickable);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const at = rows.findIndex((row) => row.id === selected);
  const hasFocus = () => box.current?.contains(document.activeElement) ?? false;
  // The list follows what is selected, except while somebody writes JSON: then it keeps its place.
  useEffect(() => {
    // What the page opens with stands in the middle, where the problems that appear below do not cover it.
    const { from } = builder.selection;
    if (at >= 0 && from !== 'json') virtual.scrollToIndex(at, { align: from === 'page' ? 'center' : 'auto' });
  }, [at, virtual, builder.selection]);
  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row) builder.select(row.pointer);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = rows[at];
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: rows.length - 1 }[event.key];
    if (event.metaKey || event.ctrlKey || (target === undefined && event.key !== ' ' && event.key !== 'Enter')) return;
    event.preventDefault();
    if (target !== undefined) go(target);
    else if (event.key === 'Enter') {
      onOpen();
      document.querySelector<HTMLElement>('[data-pane=block] [role=radio][tabindex="0"], [data-pane=block] button')?.focus();
    } else if (row && isTickable(row)) onCheck((before) => toggled(before, row.id));
    if (event.key.startsWith('Arrow') && hasFocus()) box.current?.focus();
  };
  return (
    <section aria-label="Tools" className="flex min-h-0 min-w-0 flex-col">
      <div className="flex flex-col gap-2 border-line border-b p-2">
        <div className="relative">
          <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-ink-3" />
          <Input
            ref={search}
            type="search"
            aria-label="Search tools"
            placeholder="Search tools"
            className="pl-8"
            value={filter.search}
            onChange={(event) => onFilter({ ...filter, search: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown') {
                event.preventDefault();
                box.current?.focus();
                if (at < 0) go(0);
              } else if (event.key === 'Escape') onFilter({ ...filter, search: '' });
            }}
          />
        </div>
        <div className="flex flex-wrap items-center gap-x-0.5 gap-y-1">
          <ListFilter filter={filter} onFilter={onFilter} />
          <NewPattern />
          {tickable.length > 0 && !builder.inert ? (
            <Button
              size="sm"
              variant="ghost"
              className="ml-auto px-1"
              onClick={() => onCheck(checked.size > 0 ? new Set() : new Set(tickable.map((row) => row.id)))}
            >
              {checked.size > 0 ? 'Untick all' : `Tick all ${tickable.length}`}
            </Button>
          ) : null}
        </div>
      </div>
      <div
        ref={box}
        role="listbox"
        aria-label="Rows of the policy"
        aria-multiselectable
        aria-activedescendant={at >= 0 ? `row-${rows[at]?.id}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="relative min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        {rows.length === 0 ? (
          <div className="flex flex-col items-start gap-2 p-4 text-ink-2">
            Nothing matches.
            {isFiltering(filter) ? (
              <Button size="sm" onClick={() => onFilter(NO_FILTER)}>
                Clear filters
              </Button>
            ) : null}
          </div>
        ) : null}
        <div role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              <ToolRow
                key={row.id}
                row={row}
                top={item.start}
                height={ROW_HEIGHT}
                position={item.index + 1}
                total={rows.length}
                selected={row.id === selected}
                ticked={checked.has(row.id)}
                tickable={isTickable(row) && !builder.inert}
                onSelect={() => {
                  builder.select(row.pointer);
                  onOpen();
                }}
                onTick={() => onCheck((before) => toggled(before, row.id))}
              />
            ) : null;
          })}
        </div>
      </div>
      {checked.size > 0 && !builder.inert ? (
        <BulkBar rows={builder.rows.filter((row) => checked.has(row.id))} onDone={() => onCheck(new Set())} />
      ) : null}
    </section>
  );
}

function isTickable(row: Row): boolean {
  return row.kind === 'tool' || row.kind === 'pattern';
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
