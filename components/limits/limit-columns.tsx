import Link from 'next/link';
import type { LimitRow } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { Countdown, ForecastText, RaisedTag, RuleLink, Who } from '@/components/shared/limits/limit-cells';
import { nameOf, refusedHref } from '@/components/shared/limits/limit-words';
import { Meter } from '@/components/shared/meter';
import type { Column } from '@/components/shared/table/data-table';
import { InertText } from '@/components/shared/unverified-text';

export type Group = 'agent' | 'rule' | 'policy';

const GROUP_NAMES: Record<Group, (row: LimitRow) => string> = {
  agent: (row) => row.agent?.slug ?? 'Shared by several',
  rule: (row) => row.tool ?? 'Every tool',
  policy: (row) => `${row.server ?? 'deleted'} / ${row.policy}`,
};
const GROUP_HEADS: Record<Group, string> = { agent: 'Agent', rule: 'Tool', policy: 'Policy' };

const COLUMNS: readonly Column<LimitRow>[] = [
  { id: 'who', header: 'Counted for', width: '21%', cell: (row) => <Who row={row} /> },
  { id: 'rule', header: 'Rule', cell: (row) => <RuleLink row={row} /> },
  {
    id: 'used',
    header: 'Used',
    width: '214px',
    cell: (row) => <Meter used={row.used} max={row.max} label={`${row.counter} of ${nameOf(row)}`} />,
  },
  { id: 'resets', header: 'Resets in', align: 'right', width: '104px', cell: (row) => <Countdown row={row} /> },
  {
    id: 'forecast',
    header: 'At this pace',
    width: '152px',
    cell: (row) => (
      <span>
        <RaisedTag row={row} /> <ForecastText row={row} />
      </span>
    ),
  },
  {
    id: 'peak',
    header: 'Peak 7 d',
    from: 'xl',
    align: 'right',
    width: '72px',
    cell: (row) => <span className="text-ink-2">{formatCount(row.peak7d)}</span>,
  },
  {
    id: 'refused',
    header: 'Refused 24 h',
    from: 'xl',
    align: 'right',
    width: '108px',
    cell: (row) =>
      row.refused24h > 0 ? (
        <Link href={refusedHref(row)} className="text-limited hover:underline">
          {formatCount(row.refused24h)}
        </Link>
      ) : (
        <span className="text-ink-3">0</span>
      ),
  },
];

/** The columns, with the name of the group where a new one begins. */
export function limitColumns(group: Group | null, rows: readonly LimitRow[]): readonly Column<LimitRow>[] {
  if (group === null) return COLUMNS;
  const name = GROUP_NAMES[group];
  const first = new Set(rows.filter((row, index) => index === 0 || name(rows[index - 1] as LimitRow) !== name(row)).map(({ key }) => key));
  const column: Column<LimitRow> = {
    id: 'group',
    header: GROUP_HEADS[group],
    width: '120px',
    cell: (row) =>
      first.has(row.key) ? (
        <span className="font-semibold">
          <InertText text={name(row)} max={80} />
        </span>
      ) : (
        <span className="sr-only">
          <InertText text={name(row)} max={80} />
        </span>
      ),
  };
  // The group has said the agent's name already.
  const who: Column<LimitRow> = {
    id: 'who',
    header: 'Counted for',
    width: '14%',
    cell: (row) => <Who row={row} short={group === 'agent'} />,
  };
  return [column, who, ...COLUMNS.slice(1)];
}

export function LimitNarrow({ row }: { row: LimitRow }) {
  return (
    // No wider than the screen, however long the names are: a cell would grow with them.
    <span className="flex w-0 min-w-full flex-col gap-1">
      <span className="flex items-center justify-between gap-2">
        <span className="min-w-0 truncate">
          <span className="font-medium">
            <InertText text={nameOf(row)} max={60} />
          </span>{' '}
          <span className="text-meta text-ink-3">
            {row.tool ?? 'every tool'} · {row.counter}
          </span>
        </span>
        <span className="flex shrink-0 items-center gap-1.5 text-meta text-ink-3">
          <RaisedTag row={row} />
          <Countdown row={row} />
        </span>
      </span>
      <Meter used={row.used} max={row.max} label={`${row.counter} of ${nameOf(row)}`} />
    </span>
  );
}
