'use client';

import type { ReactNode } from 'react';
import type { AuditRow } from '@/components/shared/api/wire';
import { formatBytes, formatFineMs } from '@/components/shared/format';
import { truncateMiddle } from '@/components/shared/id-text';
import type { Column } from '@/components/shared/table/data-table';
import { InertText } from '@/components/shared/unverified-text';
import { SCREEN_COLUMNS, type ScreenColumn } from '@/lib/domain/call-columns';

import { type FilterValues, valueWords } from './call-filters';
import { FilterValue } from './filter-value';

export type ActivityColumn = Column<AuditRow> & {
  readonly id: ScreenColumn;
  readonly header: string;
  /** What it needs where people choose columns. */
  readonly pixels: number;
};

const NONE = <span className="text-ink-3">–</span>;

/** A value that narrows the list to the calls that have it too. */
function filtering(
  id: ScreenColumn,
  pixels: number,
  name: keyof FilterValues,
  read: (row: AuditRow) => string | null,
  shown: (value: string, row: AuditRow) => ReactNode,
): ActivityColumn {
  const cell = (row: AuditRow) => {
    const value = read(row);
    if (value === null) return NONE;
    return (
      <FilterValue name={name} value={value} words={valueWords(name, value)}>
        {shown(value, row)}
      </FilterValue>
    );
  };
  return { id, pixels, header: SCREEN_COLUMNS[id].header, cell };
}

function number(id: ScreenColumn, pixels: number, read: (row: AuditRow) => string | null): ActivityColumn {
  return {
    id,
    pixels,
    header: SCREEN_COLUMNS[id].header,
    align: 'right',
    cell: (row) => <span className="num text-ink-2">{read(row) ?? '–'}</span>,
  };
}

function text(id: ScreenColumn, pixels: number, read: (row: AuditRow) => string | null): ActivityColumn {
  const cell = (row: AuditRow) => {
    const value = read(row);
    return value === null ? NONE : <span title={value}>{code(value)}</span>;
  };
  return { id, pixels, header: SCREEN_COLUMNS[id].header, cell };
}

const code = (value: string): ReactNode => (
  <code className="font-mono text-meta text-ink-2">
    <InertText text={value} max={80} />
  </code>
);
const shortId = (value: string): ReactNode => <code className="font-mono text-meta text-ink-2">{truncateMiddle(value, 16)}</code>;
const time = (ms: number | null): string | null => (ms === null ? null : formatFineMs(ms));
const size = (bytes: number | null): string | null => (bytes === null ? null : formatBytes(bytes));

/** What the list can show beside the usual columns; all of it is in its answer anyway. */
export const MORE_COLUMNS: readonly ActivityColumn[] = [
  filtering('reason', 176, 'reason', (row) => row.reason, code),
  {
    id: 'message',
    pixels: 280,
    header: SCREEN_COLUMNS.message.header,
    cell: ({ message }) =>
      message === null ? (
        NONE
      ) : (
        <span title={message} className="text-ink-2">
          <InertText text={message} max={160} />
        </span>
      ),
  },
  filtering(
    'policy',
    144,
    'policy',
    (row) => row.policy,
    (policy, row) => (row.policyVersion === null ? policy : `${policy} v${row.policyVersion}`),
  ),
  filtering(
    'category',
    112,
    'category',
    (row) => row.category,
    (category) => valueWords('category', category),
  ),
  filtering('grant', 152, 'grant', (row) => row.grant, shortId),
  filtering('session', 152, 'session', (row) => row.session, shortId),
  filtering(
    'client',
    152,
    'client',
    (row) => row.client?.name ?? null,
    (name, row) => <InertText text={`${name} ${row.client?.version ?? ''}`.trim()} max={60} />,
  ),
  text('source', 128, (row) => row.sourceIp),
  number('gateway', 88, (row) => time(row.gatewayMs)),
  number('deciding', 96, (row) => time(row.policyMs)),
  number('admission', 96, (row) => time(row.admissionMs)),
  number('http', 64, (row) => (row.httpStatus === null ? null : String(row.httpStatus))),
  number('sent', 112, (row) => size(row.argumentsBytes)),
  number('back', 104, (row) => size(row.resultBytes)),
  {
    id: 'flags',
    pixels: 176,
    header: SCREEN_COLUMNS.flags.header,
    cell: ({ flags }) =>
      flags.length === 0
        ? NONE
        : flags.map((flag, index) => (
            <span key={flag} className="text-limited">
              {index > 0 ? ', ' : ''}
              <FilterValue name="flag" value={flag}>
                {valueWords('flag', flag)}
              </FilterValue>
            </span>
          )),
  },
  text('node', 144, (row) => row.node),
  text('request', 112, (row) => (row.rpcId === null ? null : String(row.rpcId))),
  { id: 'event', pixels: 160, header: SCREEN_COLUMNS.event.header, cell: (row) => <span title={row.id}>{shortId(row.id)}</span> },
];
