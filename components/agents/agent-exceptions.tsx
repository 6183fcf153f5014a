'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { ApprovalException } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { RiskBars } from '@/components/shared/risk-bars';
import { ScopeWords } from '@/components/shared/scope-words';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';

export function useActiveExceptions(agent: string) {
  return useList<ApprovalException>('exceptions', '/exceptions', { agent, active: 'true' }, { refetchMs: 10_000 });
}

/** What approvals for a while left behind: calls that nobody is asked about again, until they end or are revoked. */
export function AgentExceptions({ agent }: { agent: string }) {
  const list = useActiveExceptions(agent);
  return (
    <Panel title="Approved for a while" meta="active exceptions: calls that nobody is asked about again" flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Exceptions">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="No exception is active">
              An approval can stand for a while: an approver chooses so, or the policy has `reuse`. It is listed here then.
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line-soft">
              {rows.map((row) => (
                <li key={row.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
                  <span className="min-w-0 flex-1 basis-64">
                    <span className="flex flex-wrap items-center gap-2 font-medium">
                      <RiskBars risk={row.risk} />
                      <span className="font-normal text-ink-3">{row.server.slug} /</span>
                      <code className="font-mono text-meta">
                        <InertText text={row.innerTool ?? row.tool} max={80} />
                      </code>
                    </span>
                    <span className="block text-ink-2">
                      {row.scope.arguments.length > 0 ? (
                        <>
                          with <ScopeWords bounds={row.scope.arguments} redacted={row.scope.redacted} />
                        </>
                      ) : row.scope.loosened ? (
                        'within a scope that cannot be shown any more'
                      ) : (
                        'with exactly the arguments of the request'
                      )}
                    </span>
                    {row.reason === null ? null : (
                      <span className="block text-ink-2">
                        “<InertText text={row.reason} max={300} />”
                      </span>
                    )}
                    <span className="block text-meta text-ink-3">
                      Approved by <InertText text={row.createdBy} max={200} /> <Time at={row.createdAt} />, used {plural(row.uses, 'time')}{' '}
                      ·{' '}
                      <Link href={`/approvals/${row.approval}`} className="text-accent hover:underline">
                        the request
                      </Link>
                    </span>
                  </span>
                  <span className="text-ink-2">
                    ends <Time at={row.expiresAt} />
                  </span>
                  <Revoke row={row} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Revoke({ row }: { row: ApprovalException }) {
  const client = useQueryClient();
  const refusal = useRefusal('approval.decide');
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const revoke = useMutation({
    mutationFn: () =>
      api<ApprovalException>('POST', `/exceptions/${row.id}/revoke`, { body: reason.trim() ? { reason: reason.trim() } : {} }),
    onSuccess: () => {
      setOpen(false);
      toast.success('Exception revoked', { description: 'The next such call asks a person again.' });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['exceptions'] }),
  });
  return (
    <>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        Revoke exception
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T1"
        destructive
        action="Revoke exception"
        pending={revoke.isPending}
        error={revoke.error?.message}
        consequences={['The next such call asks a person again. Calls that already run are not cut.']}
        onConfirm={() => revoke.mutate()}
      >
        <Field label="Reason" optional>
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
