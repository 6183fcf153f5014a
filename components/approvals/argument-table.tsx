'use client';

import { InertText, markDeceptive } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import type { ApprovalContext } from '@/lib/control/approval-insight/contract';
import { type ArgumentRow, isLong, SHOWN_CHARACTERS, shownRows } from './argument-rows';

type Comparison = Extract<ApprovalContext['comparison'], { shown: true }>;
type Insight = Comparison['rows'][number];

const MARK_WORDS: Record<Insight['marks'][number], string> = {
  changed: 'changed',
  new: 'never before',
  highest: 'highest so far',
  lowest: 'lowest so far',
  secret: 'looks like a credential',
};
/** What stands out from what merely differs. */
const LOUD = new Set<Insight['marks'][number]>(['new', 'highest', 'lowest', 'secret']);

interface ArgumentTableProps {
  rows: readonly ArgumentRow[];
  /** null while it is read, or when it may not be shown. */
  comparison: Comparison | null;
  opened: ReadonlySet<string>;
  onOpen: (name: string) => void;
}

/** Every value of this call beside the last approved one and what is usual. Values are never rendered as anything but text. */
export function ArgumentTable({ rows, comparison, opened, onOpen }: ArgumentTableProps) {
  if (rows.length === 0) return <p className="text-ink-3">The call has no arguments.</p>;
  const insights = new Map(comparison?.rows.map((row) => [row.path, row]));
  const gone = comparison?.rows.filter((row) => row.now === null) ?? [];
  const compares = comparison !== null && (comparison.last !== null || comparison.calls > 0);
  const { shown, more, rest } = shownRows(rows, opened);
  return (
    <div className="overflow-x-auto rounded-control border border-line-soft" role="region" aria-label="Arguments" tabIndex={0}>
      {/* Of fixed layout, so that a long value breaks instead of reaching out of sight. */}
      <table className="w-full table-fixed text-left max-sm:block [&_:is(td,th)]:align-top">
        <thead className="text-meta text-ink-3 max-sm:hidden">
          <tr className="border-line-soft border-b">
            <th className="w-[18%] px-3 py-1.5 font-normal">Argument</th>
            <th className="px-3 py-1.5 font-normal">This call</th>
            {compares ? (
              <>
                <th className="w-[22%] px-3 py-1.5 font-normal">Last approved</th>
                <th className="w-[26%] px-3 py-1.5 font-normal">Usual</th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {shown.map((row) => (
            <Row
              key={row.name}
              row={row}
              insight={insights.get(row.name)}
              compares={compares}
              closed={isLong(row) && !opened.has(row.name)}
              onOpen={() => onOpen(row.name)}
            />
          ))}
          {gone.map((insight) => (
            <Row
              key={`gone ${insight.path}`}
              row={{ name: insight.path, text: '' }}
              insight={insight}
              compares
              closed={false}
              onOpen={() => undefined}
            />
          ))}
        </tbody>
      </table>
      {more > 0 ? (
        <Button size="sm" variant="quiet" className="m-2" onClick={() => onOpen(rest)}>
          Show {more.toLocaleString('en-US')} more arguments
        </Button>
      ) : null}
    </div>
  );
}

function Row({
  row,
  insight,
  compares,
  closed,
  onOpen,
}: {
  row: ArgumentRow;
  insight: Insight | undefined;
  compares: boolean;
  closed: boolean;
  onOpen: () => void;
}) {
  const hidden = markDeceptive(row.text).filter(({ mark }) => mark).length;
  const isGone = insight !== undefined && insight.now === null;
  return (
    <tr className="border-line-soft border-b last:border-b-0 max-sm:block max-sm:py-1.5">
      <th scope="row" className="break-words px-3 py-1.5 font-mono font-normal text-meta text-ink-2 max-sm:block max-sm:pb-0">
        <InertText text={row.name} />
      </th>
      <td className="min-w-0 px-3 py-1.5 max-sm:block max-sm:py-0.5">
        {isGone ? (
          <span className="text-ink-3">not given</span>
        ) : (
          <code className="whitespace-pre-wrap break-words font-mono text-base text-ink">
            <InertText text={closed ? row.text.slice(0, SHOWN_CHARACTERS) : row.text} />
          </code>
        )}{' '}
        {insight?.marks.map((mark) => (
          <span key={mark} className={LOUD.has(mark) ? 'mr-2 font-medium text-limited text-meta' : 'mr-2 text-ink-3 text-meta'}>
            {MARK_WORDS[mark]}
          </span>
        ))}
        {closed ? (
          <Button size="sm" variant="quiet" className="mt-1" onClick={onOpen}>
            Show {(row.text.length - SHOWN_CHARACTERS).toLocaleString('en-US')} more characters
          </Button>
        ) : null}
        {hidden > 0 ? (
          <p className="mt-1 text-limited text-meta">
            {hidden} {hidden === 1 ? 'character' : 'characters'} that cannot be seen, or that turn the text around
          </p>
        ) : null}
      </td>
      {compares ? (
        <>
          <td className="break-words px-3 py-1.5 text-ink-2 max-sm:block max-sm:py-0 max-sm:text-meta">
            <span className="text-ink-3 sm:hidden">Last approved: </span>
            {insight?.last ? (
              <code className="font-mono text-meta">
                <InertText text={insight.last} max={200} />
              </code>
            ) : (
              <span className="text-ink-3">—</span>
            )}
          </td>
          <td className="break-words px-3 py-1.5 text-ink-2 text-meta max-sm:block max-sm:py-0">
            <span className="text-ink-3 sm:hidden">Usual: </span>
            {insight?.usual ? <InertText text={insight.usual} max={200} /> : <span className="text-ink-3">—</span>}
          </td>
        </>
      ) : null}
    </tr>
  );
}
