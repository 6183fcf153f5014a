'use client';

import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { Approval } from '@/components/shared/api/wire';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { type AlikeGroup, alikeGroups } from './alike-groups';
import { listEntries } from './list-entries';
import { RequestList } from './request-list';
import type { useWaiting } from './use-approvals';

/** Which of the waiting ones are in sight, and which are put aside, in the order of the list. */
export function inSight(rows: readonly Approval[]): { readonly shown: Approval[]; readonly aside: Approval[] } {
  return { shown: rows.filter((row) => row.snoozedUntil === null), aside: rows.filter((row) => row.snoozedUntil !== null) };
}

interface WaitingListProps {
  waiting: ReturnType<typeof useWaiting>;
  selected: string | null;
  search: string;
  onTogether: (group: AlikeGroup) => void;
}

/** What waits: for everybody or for me by name, alike ones folded, what I put aside at the end. */
export function WaitingList({ waiting, selected, search, onTogether }: WaitingListProps) {
  const { get, set } = useUrlState();
  const mine = get('mine') === '1';
  const { shown } = inSight(waiting.rows ?? []);
  return (
    <div className="flex min-h-0 flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          variant="quiet"
          aria-pressed={mine}
          className="aria-pressed:border-accent aria-pressed:bg-selected aria-pressed:text-ink"
          onClick={() => set({ mine: mine ? null : '1' })}
        >
          Asked of me
        </Button>
        {alikeGroups(shown).map((group) => (
          <Button key={group.key} size="sm" variant="quiet" className="max-w-full" onClick={() => onTogether(group)}>
            <span className="truncate">
              Decide {group.rows.length} for <InertText text={group.tool} max={40} /> together
            </span>
          </Button>
        ))}
      </div>
      <Panel flush className="lg:min-h-0 lg:overflow-y-auto">
        <Loaded
          query={{ data: waiting.rows, error: waiting.error, isPending: waiting.isPending, refetch: waiting.refetch }}
          what="Approvals"
        >
          {(rows) =>
            rows.length > 0 ? (
              <Rows rows={rows} selected={selected} search={search} />
            ) : mine ? (
              <EmptyState
                title="Nobody asked you by name"
                action={<Button onClick={() => set({ mine: null })}>Show everything that waits</Button>}
              />
            ) : (
              <EmptyState title="Nothing waits for a person">
                A request appears here as soon as an agent makes a call that has to be approved.
              </EmptyState>
            )
          }
        </Loaded>
        <ShowMore list={waiting} />
      </Panel>
    </div>
  );
}

/** The rest of a list that is longer than a page; nothing when there is none. */
export function ShowMore({ list }: { list: Pick<ReturnType<typeof useWaiting>, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'> }) {
  if (!list.hasNextPage) return null;
  return (
    <div className="border-line-soft border-t p-2">
      <Button size="sm" variant="quiet" className="w-full" pending={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}

function Rows({ rows, selected, search }: { rows: readonly Approval[]; selected: string | null; search: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [asideOpen, setAsideOpen] = useState(false);
  const { shown, aside } = inSight(rows);
  const isAsideOpen = asideOpen || aside.some(({ id }) => id === selected);
  const Icon = isAsideOpen ? ChevronDown : ChevronRight;
  const fold = (key: string) => setOpen(new Set(open.has(key) ? [...open].filter((one) => one !== key) : [...open, key]));
  return (
    <>
      {shown.length === 0 ? <EmptyState title="Nothing else waits" /> : null}
      <RequestList entries={listEntries(shown, open, selected)} selected={selected} search={search} onFold={fold} />
      {aside.length === 0 ? null : (
        <>
          <button
            type="button"
            aria-expanded={isAsideOpen}
            onClick={() => setAsideOpen(!isAsideOpen)}
            className="flex min-h-9 w-full items-center gap-2 border-line-soft border-t px-4 py-1.5 text-left text-ink-2 text-meta -outline-offset-2 hover:bg-hover"
          >
            <Icon aria-hidden className="size-3.5 shrink-0" />
            Snoozed ({aside.length})
          </button>
          {isAsideOpen ? (
            <div className="border-line-soft border-t">
              <RequestList entries={aside.map((row) => ({ kind: 'request', row }))} selected={selected} search={search} onFold={fold} />
            </div>
          ) : null}
        </>
      )}
    </>
  );
}
