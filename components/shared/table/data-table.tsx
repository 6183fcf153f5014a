'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownToLine } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { plural } from '../format';
import { useRowKeys } from './row-keys';
import { useWide } from './wide';

export interface Column<T> {
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** CSS width, e.g. `120px` or `20%`; columns without share what is left. */
  width?: string;
  align?: 'right';
  /** Shown only from this width on: `lg` 1024 px, `xl` 1280 px. What is left out is in the panel. */
  from?: 'lg' | 'xl';
}

const FROM = { lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const;

export interface DataTableProps<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  /** Two lines for narrow screens, instead of squeezed columns. */
  narrow: (row: T) => ReactNode;
  selected?: string | null;
  onSelect?: (key: string | null) => void;
  onOpen?: (row: T) => void;
  rowHeight?: number;
  /** Pixels of a row on narrow screens, where `narrow` has more than two lines. */
  narrowHeight?: number;
  /** Pixels that the columns need together; where there are fewer, the table scrolls sideways. */
  minWidth?: number;
  hasMore?: boolean;
  loadingMore?: boolean;
  onLoadMore?: () => void;
  rowClassName?: (row: T) => string | undefined;
  /** A line above this row, with words: what is above it came later than the page. */
  divider?: { before: string; label: string } | null;
  /** Height of the scrolling area; rows outside are not in the document. */
  height?: string;
}

/** Server-side rows: this component never sorts or filters, so that what it shows is what the address says. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, rowKey, rowHeight = 36, narrowHeight = 60, hasMore, loadingMore, onLoadMore, height = 'calc(100dvh - 232px)' } = props;
  const wide = useWide();
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const size = wide ? rowHeight : narrowHeight;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => size,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row ? rowKey(row) : index;
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height have to be measured again
  useEffect(() => virtual.measure(), [virtual, size]);
  const keys = useRowKeys({ ...props, active, setActive, scrollTo: (index) => virtual.scrollToIndex(index, { align: 'auto' }), box });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - 20) onLoadMore?.();
  }, [hasMore, loadingMore, last, rows.length, onLoadMore]);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div ref={box} className="relative overflow-auto" style={{ maxHeight: height }} onKeyDown={keys.onKeyDown}>
      <table
        aria-label={props.label}
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className={cn('w-full', wide && 'table-fixed')}
        style={wide ? { minWidth: props.minWidth } : undefined}
      >
        {wide ? <Head columns={props.columns} /> : null}
        <tbody>
          {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
          {items.map((item) => {
            const row = rows[item.index];
            return row ? (
              <Row
                key={item.key}
                {...props}
                row={row}
                index={item.index}
                wide={wide}
                active={active === item.index}
                setActive={setActive}
                size={size}
              />
            ) : null;
          })}
          {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
        </tbody>
      </table>
      {hasMore ? (
        <div className="flex justify-center p-2">
          <Button size="sm" variant="quiet" pending={loadingMore} onClick={onLoadMore}>
            <ArrowDownToLine aria-hidden className="size-3.5" />
            Load more
          </Button>
        </div>
      ) : null}
      <p role="status" className="sr-only">
        {plural(rows.length, 'row')}
        {hasMore ? ' so far' : ''}
      </p>
    </div>
  );
}

function Head<T>({ columns }: { columns: readonly Column<T>[] }) {
  return (
    <thead className="sticky top-0 z-10 bg-surface">
      <tr>
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            style={{ width: column.width }}
            className={cn(
              'h-8 truncate border-line border-b px-3 text-left text-meta font-medium text-ink-3 first:pl-4 last:pr-4',
              column.align === 'right' && 'text-right',
              column.from && FROM[column.from],
            )}
          >
            {column.header}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps<T> extends DataTableProps<T> {
  row: T;
  index: number;
  wide: boolean;
  active: boolean;
  setActive: (index: number) => void;
  size: number;
}

function Row<T>({
  row,
  index,
  wide,
  active,
  setActive,
  size,
  columns,
  narrow,
  rowKey,
  selected,
  onSelect,
  onOpen,
  rowClassName,
  divider,
}: RowProps<T>) {
  const key = rowKey(row);
  const isSelected = selected === key;
  const act = () => (onSelect ? onSelect(isSelected ? null : key) : onOpen?.(row));
  const clickable = Boolean(onSelect || onOpen);
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={onSelect ? isSelected : undefined}
      tabIndex={active ? 0 : -1}
      onFocus={() => setActive(index)}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('a,button,input,[role=menuitem],[data-radix-popper-content-wrapper]')) return;
        if (window.getSelection()?.toString()) return;
        act();
      }}
      onDoubleClick={() => onOpen?.(row)}
      className={cn(
        'group -outline-offset-2 [&>td]:border-line-soft [&>td]:border-b',
        clickable && 'cursor-pointer hover:bg-hover',
        isSelected && 'bg-selected hover:bg-selected',
        divider?.before === key && '[&>td]:border-t-2 [&>td]:border-t-accent',
        rowClassName?.(row),
      )}
      style={{ height: size }}
      data-divider={divider?.before === key ? divider.label : undefined}
      title={divider?.before === key ? divider.label : undefined}
    >
      {wide ? (
        columns.map((column) => (
          <td
            key={column.id}
            className={cn(
              'truncate px-3 first:pl-4 last:pr-4',
              column.align === 'right' && 'num text-right',
              column.from && FROM[column.from],
            )}
          >
            {column.cell(row)}
          </td>
        ))
      ) : (
        // Without a width of its own the cell would be as wide as its longest line, and nothing in it would be cut.
        <td className="w-full max-w-0 px-4 py-2">{narrow(row)}</td>
      )}
    </tr>
  );
}
