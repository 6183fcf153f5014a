'use client';

import { useList } from '@/components/shared/api/lists';
import type { PolicyDetail, PolicyVersion, Tool } from '@/components/shared/api/wire';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Panel } from '@/components/ui/panel';
import { path } from '../use-draft';
import { EnforcementStrip } from './enforcement-strip';
import { VersionView } from './version-view';
import { WatchStrip } from './watch-strip';

/** The history, and any two versions beside each other; restoring publishes the old text as a new version. */
export function VersionsTab({ policy, tools }: { policy: PolicyDetail; tools: readonly Tool[] }) {
  const { get, set } = useUrlState();
  const list = useList<PolicyVersion>('versions', `${path(policy)}/versions`);
  const rows = list.rows ?? [];
  const chosen = Number(get('v')) || rows[0]?.version || 0;
  const against = Number(get('against')) || chosen - 1;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
      {policy.live ? (
        <div className="flex flex-col gap-4 lg:col-span-2">
          <WatchStrip policy={policy} />
          <EnforcementStrip policy={policy} />
        </div>
      ) : null}
      <Panel title="History" flush>
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Versions">
          {(versions) =>
            versions.length === 0 ? (
              <EmptyState title="Not published yet">Each publication is kept here for good, with its author and reason.</EmptyState>
            ) : (
              <ul className="max-h-[70dvh] overflow-y-auto">
                {versions.map((version) => (
                  <li
                    key={version.version}
                    className={cn('border-line-soft border-b last:border-b-0', version.version === chosen && 'bg-selected')}
                  >
                    <button
                      type="button"
                      aria-current={version.version === chosen || undefined}
                      onClick={() => set({ v: String(version.version), against: null })}
                      className="flex w-full flex-col gap-0.5 px-4 py-2 text-left -outline-offset-2 hover:bg-hover"
                    >
                      <span className="flex items-center gap-2">
                        <span className="num font-medium">v{version.version}</span>
                        {version.live ? <span className="rounded-full bg-accent-soft px-1.5 text-meta text-accent">live</span> : null}
                        {version.restoredFrom ? <span className="text-meta text-ink-2">restored from v{version.restoredFrom}</span> : null}
                        <span className="ml-auto text-meta text-ink-2">
                          <Time at={version.publishedAt} />
                        </span>
                      </span>
                      <span className="line-clamp-2 text-ink-2">{version.comment ?? 'No comment'}</span>
                      <span className="text-meta text-ink-2">
                        {version.publishedBy}
                        {version.approvedBy === null ? '' : `, agreed by ${version.approvedBy}`}
                      </span>
                    </button>
                  </li>
                ))}
                {list.hasNextPage ? (
                  <li className="p-2 text-center">
                    <Button size="sm" variant="quiet" pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                      Load older
                    </Button>
                  </li>
                ) : null}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {chosen > 0 ? (
        <VersionView
          key={`${chosen}-${against}`}
          policy={policy}
          tools={tools}
          version={chosen}
          against={against}
          versions={rows}
          onAgainst={(value) => set({ against: value })}
        />
      ) : null}
    </div>
  );
}
