'use client';

import type { AuditRow } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatMs } from '@/components/shared/format';
import { RiskBars } from '@/components/shared/risk-bars';
import type { Column } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { SCREEN_COLUMNS } from '@/lib/domain/call-columns';
import { OUTCOME_WORDS } from './call-filters';
import { FilterValue } from './filter-value';

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

/** Their headings, and what an export of them holds, stand in one place. */
export const ACTIVITY_COLUMNS: readonly (Column<AuditRow> & { readonly id: keyof typeof SCREEN_COLUMNS })[] = [
  { id: 'at', header: SCREEN_COLUMNS.at.header, width: '164px', cell: (row) => <Time at={row.at} /> },
  {
    id: 'decision',
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
    header: SCREEN_COLUMNS.rule.header,
    from: 'xl',
    cell: (row) => (
      <FilterValue name="rule" value={row.rule} words={row.message ?? row.rule}>
        <code className="font-mono text-meta text-ink-2">{row.rule}</code>
      </FilterValue>
    ),
  },
  { id: 'outcome', header: SCREEN_COLUMNS.outcome.header, width: '104px', cell: (row) => <OutcomeWord row={row} /> },
  {
    id: 'ms',
    header: SCREEN_COLUMNS.ms.header,
    from: 'lg',
    align: 'right',
    width: '84px',
    cell: (row) => <span className="text-ink-2">{formatMs(row.upstreamMs)}</span>,
  },
];

export function ActivityNarrow({ row }: { row: AuditRow }) {
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
    </span>
  );
}
