'use client';

import { ChevronDown, ChevronRight, MessageCircle } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import type { Approval } from '@/components/shared/api/wire';
import { RiskBars } from '@/components/shared/risk-bars';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { STATUS_WORDS } from './approval-words';
import type { ListEntry } from './list-entries';
import { SentenceOutline } from './sentence';
import { clockWords, useTimeLeft } from './time-left';

interface RequestListProps {
  entries: readonly ListEntry[];
  selected: string | null;
  /** Kept in the address of each request, with the question mark; '' without. */
  search: string;
  onFold: (key: string) => void;
}

/** Rows out of sight are not laid out, so that hundreds cost no more than those that are seen. */
export function RequestList({ entries, selected, search, onFold }: RequestListProps) {
  return (
    <ul className="divide-y divide-line-soft">
      {entries.map((entry) => (
        <li
          key={entry.kind === 'fold' ? `fold ${entry.key}` : entry.row.id}
          className="[contain-intrinsic-size:auto_66px] [content-visibility:auto]"
        >
          {entry.kind === 'fold' ? (
            <FoldRow entry={entry} onFold={onFold} />
          ) : (
            <RequestRow row={entry.row} selected={entry.row.id === selected} search={search} />
          )}
        </li>
      ))}
    </ul>
  );
}

function RequestRow({ row, selected, search }: { row: Approval; selected: boolean; search: string }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (selected) link.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const tool = row.innerTool ?? row.tool;
  return (
    <Link
      ref={link}
      href={`/approvals/${row.id}${search}`}
      // Hundreds of pages need not be fetched because they are listed.
      prefetch={false}
      aria-current={selected ? 'true' : undefined}
      className={cn('flex min-h-16 scroll-my-2 flex-col gap-1.5 px-4 py-2.5 -outline-offset-2 hover:bg-hover', selected && 'bg-selected')}
    >
      <span className="flex items-center gap-2">
        <RiskBars risk={row.risk} />
        <span className="min-w-0 flex-1 truncate font-medium text-ink">
          {row.sentence === null ? <InertText text={tool} max={80} /> : <SentenceOutline template={row.sentence} />}
        </span>
        {row.status === 'pending' ? <TimeLeft approval={row} /> : <span className="text-meta text-ink-3">{STATUS_WORDS[row.status]}</span>}
      </span>
      <span className="flex flex-wrap items-center gap-x-2 text-meta text-ink-3">
        <span className="min-w-0 break-words text-ink-2">
          {row.agent.slug} · {row.server.slug}
          {row.sentence === null ? null : (
            <>
              {' '}
              / <InertText text={tool} max={60} />
            </>
          )}
        </span>
        <Time at={row.createdAt} />
        {row.asks > 1 ? <span>asked {row.asks} times</span> : null}
        {row.votesNeeded > 1 ? (
          <span>
            {row.votes.filter(({ vote }) => vote === 'approve').length} of {row.votesNeeded} agreed
          </span>
        ) : null}
        {row.status === 'pending' && row.waiting.calls > 0 ? <span className="text-ask">agent waiting</span> : null}
        {row.comments > 0 ? (
          <span className="num inline-flex items-center gap-1">
            <MessageCircle aria-hidden className="size-3" />
            {row.comments}
            <span className="sr-only">{row.comments === 1 ? 'comment' : 'comments'}</span>
          </span>
        ) : null}
        {row.status === 'pending' && row.assigned !== null ? (
          <span className="text-ink-2">
            for <InertText text={row.assigned.name} max={60} />, asked by <InertText text={row.assigned.by} max={60} />
          </span>
        ) : null}
        {row.viewers.length > 0 ? (
          <span>
            <InertText text={row.viewers.join(', ')} max={80} /> looking
          </span>
        ) : null}
      </span>
    </Link>
  );
}

function FoldRow({ entry, onFold }: { entry: Extract<ListEntry, { kind: 'fold' }>; onFold: (key: string) => void }) {
  const Icon = entry.open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      aria-expanded={entry.open}
      onClick={() => onFold(entry.key)}
      className="flex min-h-9 w-full items-center gap-2 px-4 py-1.5 text-left text-ink-2 text-meta -outline-offset-2 hover:bg-hover"
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <span className="min-w-0 truncate">
        {entry.count} more of {entry.first.agent.slug} for <InertText text={entry.first.innerTool ?? entry.first.tool} max={40} />
      </span>
    </button>
  );
}

function TimeLeft({ approval }: { approval: Approval }) {
  const left = useTimeLeft(approval.expiresAt, approval.now) ?? 0;
  return (
    <span className={cn('num whitespace-nowrap text-meta', left < 60_000 ? 'font-medium text-denied' : 'text-ink-2')}>
      <span className="sr-only">time left </span>
      {clockWords(left)}
    </span>
  );
}
