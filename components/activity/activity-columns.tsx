'use client';

import type { AuditRow } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatMs } from '@/components/shared/format';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { SCREEN_COLUMNS, type ScreenColumn } from '@/lib/domain/call-columns';
import { OUTCOME_WORDS } from './call-filters';
import type { ColumnChoice } from './column-choice';
import { FilterValue } from './filter-value';
import { type ActivityColumn, MORE_COLUMNS } from './more-columns';

function ToolName({ row }: { row: AuditRow }) {
  if (!row.tool)
    return (
      <span className="min-w-0 text-ink-2">
        {row.method}
        {row.target ? (
          <code className="ml-2 font-mono text-meta text-ink">
            <InertText text={row.target} max={60} />
          </code>
        ) : null}
      </span>
    );
  return (
    <code className="font-mono text-meta">
      <InertText text={row.tool} max={60} />
      {row.innerTool ? (
        <span className="text-ink-3">
          {' '}
          → <InertText text={row.innerTool} max={60} />
        </span>
      ) : null}
    </code>
  );
}

/** The list has no room for sentences; the panel has. */
const SHORT: Record<string, string> = { tool_error: 'Tool error', upstream_error: 'Failed', unknown: 'Unknown' };

function OutcomeWord({ row }: { row: AuditRow }) {
  if (row.outcome === null)
    return <span className="text-ink-3">{row.decision === 'allowed' || row.decision.startsWith('observed_') ? 'running' : '–'}</span>;
  return (
    <FilterValue
      name="outcome"
      value={row.outcome}
      words={OUTCOME_WORDS[row.outcome]}
      className={row.outcome === 'ok' ? 'text-ink-2' : row.outcome === 'upstream_error' ? 'text-broken' : 'text-limited'}
    >
      {SHORT[row.outcome] ?? OUTCOME_WORDS[row.outcome]}
    </FilterValue>
  );
}

/** The usual columns. Their headings, and what an export of them holds, stand in one place. */
const USUAL: readonly ActivityColumn[] = [
  { id: 'at', pixels: 164, header: SCREEN_COLUMNS.at.header, width: '164px', cell: (row) => <Time at={row.at} /> },
  {
    id: 'decision',
    pixels: 156,
    header: SCREEN_COLUMNS.decision.header,
    width: '156px',
    cell: (row) => (
      <FilterValue name="decision" value={row.decision}>
        <DecisionChip decision={row.decision} outcome={row.outcome} />
      </FilterValue>
    ),
  },
  {
    id: 'agent',
    pixels: 144,
    header: SCREEN_COLUMNS.agent.header,
    width: '15%',
    cell: (row) =>
      row.agent ? (
        <FilterValue name="agent" value={row.agent}>
          {row.agent}
        </FilterValue>
      ) : (
        <span className="text-ink-3">unknown</span>
      ),
  },
  {
    id: 'tool',
    pixels: 224,
    header: SCREEN_COLUMNS.tool.header,
    width: '28%',
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-1">
        {row.server ? (
          <FilterValue name="server" value={row.server} className="shrink-0 text-ink-3">
            {row.server} /
          </FilterValue>
        ) : null}
        {row.tool ? (
          <FilterValue name="tool" value={row.innerTool ?? row.tool}>
            <ToolName row={row} />
          </FilterValue>
        ) : (
          <ToolName row={row} />
        )}
      </span>
    ),
  },
  {
    id: 'risk',
    pixels: 104,
    header: SCREEN_COLUMNS.risk.header,
    width: '104px',
    from: 'lg',
    cell: (row) =>
      row.risk ? (
        <FilterValue name="risk" value={row.risk}>
          <RiskBars risk={row.risk} />
        </FilterValue>
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
  {
    id: 'rule',
    pixels: 200,
    header: SCREEN_COLUMNS.rule.header,
    from: 'xl',
    cell: (row) => (
      <FilterValue name="rule" value={row.rule} words={row.message ?? row.rule}>
        <code className="font-mono text-meta text-ink-2">{row.rule}</code>
      </FilterValue>
    ),
  },
  { id: 'outcome', pixels: 104, header: SCREEN_COLUMNS.outcome.header, width: '104px', cell: (row) => <OutcomeWord row={row} /> },
  {
    id: 'upstream',
    pixels: 84,
    header: SCREEN_COLUMNS.upstream.header,
    from: 'lg',
    align: 'right',
    width: '84px',
    cell: (row) => <span className="text-ink-2">{formatMs(row.upstreamMs)}</span>,
  },
];

const COLUMNS: ReadonlyMap<ScreenColumn, ActivityColumn> = new Map([...USUAL, ...MORE_COLUMNS].map((column) => [column.id, column]));

/** The columns of a choice. The usual ones share the width and leave some out on small screens; chosen ones are all there, and may need to be scrolled to. */
export function activityColumns({ shown, chosen }: ColumnChoice): { columns: readonly ActivityColumn[]; minWidth?: number } {
  const columns = shown.flatMap((id) => COLUMNS.get(id) ?? []);
  if (!chosen) return { columns };
  return {
    columns: columns.map((column) => ({ ...column, width: `${column.pixels}px`, from: undefined })),
    minWidth: columns.reduce((sum, { pixels }) => sum + pixels, 0),
  };
}

/** What a card of a narrow screen has in its two lines. */
const IN_CARD: readonly ScreenColumn[] = ['at', 'decision', 'agent', 'tool'];
const CARD_PIXELS = 60;
const LINE_PIXELS = 24;

/** What a card tells further, two in a line. */
const furtherColumns = ({ shown, chosen }: ColumnChoice): readonly ActivityColumn[] =>
  chosen ? shown.filter((id) => !IN_CARD.includes(id)).flatMap((id) => COLUMNS.get(id) ?? []) : [];

export const cardHeight = (choice: ColumnChoice): number => CARD_PIXELS + LINE_PIXELS * Math.ceil(furtherColumns(choice).length / 2);

export function ActivityNarrow({ row, choice }: { row: AuditRow; choice: ColumnChoice }) {
  const further = furtherColumns(choice);
  return (
    <span className="flex flex-col gap-1">
      <span className="flex items-center justify-between gap-2">
        <span className="min-w-0 truncate">
          <ToolName row={row} />
        </span>
        <DecisionChip decision={row.decision} outcome={row.outcome} />
      </span>
      <span className="flex items-center justify-between gap-2 text-meta text-ink-3">
        <span className="truncate">
          {row.agent ?? 'unknown'} · {row.server ?? 'no server'}
        </span>
        <Time at={row.at} />
      </span>
      {further.length > 0 ? (
        <span className="grid grid-cols-2 gap-x-3">
          {further.map(({ id, header, cell }) => (
            <span key={id} className="flex h-6 min-w-0 items-center gap-1.5 text-meta">
              <span className="shrink-0 text-ink-3">{header}</span>
              <span className="min-w-0 truncate">{cell(row)}</span>
            </span>
          ))}
        </span>
      ) : null}
    </span>
  );
}
