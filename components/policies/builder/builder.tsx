'use client';

import { MonitorSmartphone } from 'lucide-react';
import { type ReactNode, type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import type { Problem, Tool } from '@/components/shared/api/wire';
import type { EditorHandle } from '@/components/shared/monaco/editor-props';
import { cn } from '@/components/ui/cn';
import { BlockPane } from './block-pane';
import { BuilderProvider, type Builder as BuilderValue, type Selection } from './builder-context';
import { useBuilderKeys } from './builder-keys';
import { Dock, DockDivider, type DockTab, useDockWidth } from './dock';
import { FrozenNotice } from './frozen-notice';
import { JsonDock } from './json-dock';
import type { PolicyBuffer, ValidText } from './policy-buffer';
import { PolicyPane } from './policy-pane';
import { filterRows, NO_FILTER, type Row, type RowFilter, rowIdOf, summarise } from './rows';
import { SummaryLine } from './summary-line';
import { TargetPane } from './target-pane';
import { ToolList } from './tool-list';
import { useEdit } from './use-edit';
import { usePanes } from './use-panes';
import { useBuffer } from './use-policy-buffer';
import { usePaths } from './use-rows';

export interface BuilderProps {
  buffer: PolicyBuffer;
  name: string;
  tools: readonly Tool[];
  rows: readonly Row[];
  problems: readonly Problem[];
  /** The text that the problems are about. */
  checked: string | null;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  /** Why nothing can be edited, beside a narrow window. */
  readOnly: boolean;
  editor: RefObject<EditorHandle | null>;
  /** Docks beside JSON. */
  docks: readonly DockTab[];
  dock: string;
  onDock: (dock: string) => void;
  onSave: () => void;
  onReview: () => void;
  footer: ReactNode;
}

/** The visual editor of a policy: rows, rules, docks, all of them views of one text. */
export function Builder(props: BuilderProps) {
  const valid = useBuffer(props.buffer, (state) => state.valid);
  // A text that could never be read has nothing to show but itself.
  return valid === null ? <TextOnly {...props} /> : <Panes {...props} valid={valid} />;
}

function TextOnly(props: BuilderProps) {
  const broken = useBuffer(props.buffer, (state) => state.broken);
  return (
    <div className="flex h-[max(520px,calc(100dvh-208px))] flex-col overflow-hidden rounded-panel border border-line bg-surface">
      <FrozenNotice buffer={props.buffer} broken={broken} onGoTo={(line, column) => props.editor.current?.goTo(line, column)} />
      <div className="min-h-0 flex-1">{jsonTab(props, props.readOnly).content()}</div>
      {props.footer}
    </div>
  );
}

function Panes(props: BuilderProps & { valid: ValidText }) {
  const { buffer, valid, rows, problems, checked: checkedText, selection, onSelect, tools, readOnly, editor } = props;
  const broken = useBuffer(buffer, (state) => state.broken);
  const ready = useBuffer(buffer, (state) => state.ready);
  const [filter, setFilter] = useState<RowFilter>(NO_FILTER);
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  const [width, setWidth] = useDockWidth();
  const panes = usePanes(props.dock !== 'json' ? 'dock' : selection.pointer !== '' ? 'block' : 'list');
  const search = useRef<HTMLInputElement>(null);
  const select = useCallback((pointer: string, from: Selection['from'] = 'builder') => onSelect({ pointer, from }), [onSelect]);
  const { edit, opening, opened } = useEdit(buffer, select);
  const pathsOf = usePaths(tools);
  const byName = useMemo(() => new Map(tools.map((tool) => [tool.name, tool])), [tools]);
  const frozen = broken.length > 0;
  const inert = readOnly || !panes.editable || frozen || !ready;
  const builder = useMemo<BuilderValue>(
    () => ({
      buffer,
      valid,
      tools: byName,
      rows,
      problems,
      checked: checkedText,
      selection,
      inert,
      edit,
      select,
      pathsOf,
      opening,
      opened,
    }),
    [buffer, valid, byName, rows, problems, checkedText, selection, inert, edit, select, pathsOf, opening, opened],
  );
  const rowId = rowIdOf(selection.pointer, valid.view);
  const row = rows.find((one) => one.id === rowId) ?? rows[0];
  const goToError = (line: number, column: number) => {
    props.onDock('json');
    panes.show('dock');
    // The editor may have to appear first.
    setTimeout(() => editor.current?.goTo(line, column), 60);
  };
  useBuilderKeys({
    buffer,
    inert: readOnly || !panes.editable,
    search,
    onStep: (by) => {
      const shown = filterRows(rows, filter);
      const next = shown[Math.max(0, Math.min(shown.length - 1, shown.findIndex((one) => one.id === row?.id) + by))];
      if (next) select(next.pointer);
    },
    onReview: props.onReview,
  });
  const look = cn(frozen && 'pointer-events-none opacity-50 select-none');
  return (
    <BuilderProvider value={builder}>
      <div className="flex h-[max(520px,calc(100dvh-208px))] flex-col overflow-hidden rounded-panel border border-line bg-surface">
        {panes.editable ? null : (
          <p className="flex items-center gap-2 border-line border-b px-3 py-2 text-ink-2">
            <MonitorSmartphone aria-hidden className="size-4 shrink-0" />
            Editing needs a wider screen. Here the policy can be read, tried and rolled back.
          </p>
        )}
        <div inert={frozen || undefined} className={look}>
          <SummaryLine summary={summarise(rows)} filter={filter} onFilter={setFilter} />
        </div>
        {frozen ? <FrozenNotice buffer={buffer} broken={broken} onGoTo={goToError} /> : null}
        {panes.tabbed ? panes.tabs : null}
        <div
          className="grid min-h-0 flex-1"
          style={{
            gridTemplateColumns: panes.tabbed ? 'minmax(0,1fr)' : `minmax(232px, 272px) minmax(340px, 1fr) 8px min(${width}px, 34vw)`,
          }}
        >
          {panes.shows('list') ? (
            <div data-pane="list" inert={frozen || undefined} className={cn('grid min-h-0 border-line border-r', look)}>
              <ToolList
                selected={row?.id ?? ''}
                filter={filter}
                onFilter={setFilter}
                checked={checked}
                onCheck={setChecked}
                search={search}
                onOpen={() => panes.show('block')}
              />
            </div>
          ) : null}
          {panes.shows('block') ? (
            <div data-pane="block" inert={frozen || undefined} className={cn('min-h-0 overflow-y-auto px-4 py-3', look)}>
              <RowPane row={row} />
            </div>
          ) : null}
          {panes.tabbed ? null : <DockDivider width={width} onWidth={setWidth} />}
          {panes.shows('dock') ? (
            <div data-pane="dock" className="grid min-h-0 min-w-0">
              <Dock tabs={[jsonTab(props, readOnly || !panes.editable), ...props.docks]} value={props.dock} onChange={props.onDock} />
            </div>
          ) : null}
        </div>
        {props.footer}
      </div>
    </BuilderProvider>
  );
}

function RowPane({ row }: { row: Row | undefined }) {
  if (row === undefined || row.kind === 'policy') return <PolicyPane />;
  return row.kind === 'target' ? <TargetPane key={row.id} row={row} /> : <BlockPane key={row.id} row={row} />;
}

function jsonTab(props: BuilderProps, readOnly: boolean): DockTab {
  return {
    value: 'json',
    label: 'JSON',
    content: () => (
      <JsonDock
        buffer={props.buffer}
        label={`Policy ${props.name}`}
        tools={props.tools}
        problems={props.problems}
        checked={props.checked}
        readOnly={readOnly}
        selection={props.selection}
        onSelect={(pointer) => props.onSelect({ pointer, from: 'json' })}
        editor={props.editor}
        onSave={props.onSave}
        onPrimary={props.onReview}
      />
    ),
  };
}
