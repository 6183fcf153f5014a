'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { PolicyDetail, PolicyPublished, PolicyVersion, PolicyVersionText } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { path } from './use-draft';

/** The history, and any two versions beside each other; restoring publishes the old text as a new version. */
export function VersionsTab({ policy }: { policy: PolicyDetail }) {
  const { get, set } = useUrlState();
  const list = useList<PolicyVersion>('versions', `${path(policy)}/versions`);
  const rows = list.rows ?? [];
  const chosen = Number(get('v')) || rows[0]?.version || 0;
  const against = Number(get('against')) || chosen - 1;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
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
                      <span className="text-meta text-ink-2">{version.publishedBy}</span>
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
          version={chosen}
          against={against}
          versions={rows}
          onAgainst={(value) => set({ against: value })}
        />
      ) : null}
    </div>
  );
}

function useVersion(policy: PolicyDetail, n: number) {
  return useQuery({
    queryKey: ['versions', policy.id, n],
    queryFn: ({ signal }) => api<PolicyVersionText>('GET', `${path(policy)}/versions/${n}`, { signal }),
    enabled: n > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function VersionView({
  policy,
  version,
  against,
  versions,
  onAgainst,
}: {
  policy: PolicyDetail;
  version: number;
  against: number;
  versions: readonly PolicyVersion[];
  onAgainst: (value: string) => void;
}) {
  const shown = useVersion(policy, version);
  const other = useVersion(policy, against);
  return (
    <Panel
      title={`Version ${version}`}
      meta={shown.data ? <Id value={shown.data.digest} max={20} /> : null}
      actions={
        <>
          <span className="text-meta text-ink-3">compared with</span>
          <Select
            size="sm"
            label="Compare with"
            value={against > 0 ? String(against) : undefined}
            placeholder="nothing"
            onChange={onAgainst}
            options={versions
              .filter((one) => one.version !== version)
              .map((one) => ({ value: String(one.version), label: `v${one.version}${one.live ? ' (live)' : ''}` }))}
          />
          {version === policy.live?.version ? null : <Restore policy={policy} version={version} />}
        </>
      }
    >
      <Loaded query={shown} what="This version">
        {(data) =>
          against > 0 && !other.data ? (
            <p className="text-ink-2">Loading version {against}…</p>
          ) : (
            <MonacoDiff
              label={`Version ${against} and ${version}`}
              before={other.data?.text ?? ''}
              after={data.text}
              height="max(320px, calc(100dvh - 340px))"
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Restore({ policy, version }: { policy: PolicyDetail; version: number }) {
  const client = useQueryClient();
  const refusal = useRefusal('policy.publish');
  const [open, setOpen] = useState(false);
  const restore = useMutation({
    mutationFn: (comment: string) =>
      api<PolicyPublished>('POST', `${path(policy)}/versions/${version}/restore`, {
        body: { comment, expectedVersion: policy.live?.version ?? 0 },
      }),
    onSuccess: (published) => {
      for (const key of ['policy', 'policies', 'versions']) client.invalidateQueries({ queryKey: [key] });
      toast.success(`Version ${published.status === 'published' ? published.version : ''} is live`, {
        description: `It has the text of version ${version}.`,
      });
      setOpen(false);
    },
  });
  return (
    <>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        Restore version
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T2"
        action={`Restore version ${version}`}
        commentLabel="Comment"
        pending={restore.isPending}
        error={restore.error?.message}
        consequences={[
          `Its text becomes version ${(policy.live?.version ?? 0) + 1} and is live at once.`,
          'History is not rewritten; a saved draft stays as it is.',
        ]}
        onConfirm={(comment) => restore.mutate(comment)}
      />
    </>
  );
}
