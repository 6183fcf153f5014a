'use client';

import type { AuditRow } from '@/components/shared/api/wire';
import { DecisionChip } from '@/components/shared/decision-chip';
import { formatMs } from '@/components/shared/format';
import { RiskBars } from '@/components/shared/risk-bars';
import type { Column } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { OUTCOME_WORDS } from './facets';

function ToolName({ row }: { row: AuditRow }) {
  if (!row.tool) return <span className="text-ink-2">{row.method}</span>;
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
    <span
      className={row.outcome === 'ok' ? 'text-ink-2' : row.outcome === 'upstream_error' ? 'text-broken' : 'text-limited'}
      title={OUTCOME_WORDS[row.outcome]}
    >
      {SHORT[row.outcome] ?? OUTCOME_WORDS[row.outcome]}
    </span>
  );
}

export const ACTIVITY_COLUMNS: readonly Column<AuditRow>[] = [
  { id: 'at', header: 'Time', width: '112px', cell: (row) => <Time at={row.at} /> },
  { id: 'decision', header: 'Decision', width: '168px', cell: (row) => <DecisionChip decision={row.decision} outcome={row.outcome} /> },
  { id: 'agent', header: 'Agent', width: '12%', cell: (row) => row.agent ?? <span className="text-ink-3">unknown</span> },
  {
    id: 'tool',
    header: 'Server / tool',
    width: '24%',
    cell: (row) => (
      <span>
        <span className="text-ink-3">{row.server ? `${row.server} / ` : ''}</span>
        <ToolName row={row} />
      </span>
    ),
  },
  {
    id: 'risk',
    header: 'Risk',
    width: '108px',
    cell: (row) => (row.risk ? <RiskBars risk={row.risk} /> : <span className="text-ink-3">–</span>),
  },
  {
    id: 'rule',
    header: 'Rule',
    from: 'xl',
    cell: (row) => (
      <code className="font-mono text-meta text-ink-2" title={row.message ?? undefined}>
        {row.rule}
      </code>
    ),
  },
  { id: 'outcome', header: 'Outcome', width: '104px', cell: (row) => <OutcomeWord row={row} /> },
  {
    id: 'ms',
    header: 'Upstream',
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
