'use client';

import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { DECIDED_AT_ONCE_MAX } from '@/lib/domain/approval/approval-terms';
import type { AlikeGroup } from './alike-groups';
import { SHOWN_CHARACTERS } from './argument-rows';
import { refuseEnter } from './refuse-enter';
import { useDecideMany } from './use-approvals';

/** Requests for one tool, with all their arguments in one table. None is ticked: each is chosen by somebody who saw it. */
export function DecideTogether({ group, onClose }: { group: AlikeGroup; onClose: () => void }) {
  const rows = group.rows.slice(0, DECIDED_AT_ONCE_MAX);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const decide = useDecideMany();
  const details = useQueries({
    queries: rows.map(({ id }) => ({
      queryKey: ['approval', id],
      queryFn: () => api<ApprovalDetail>('GET', `/approvals/${encodeURIComponent(id)}`),
    })),
  });
  const chosen = rows.filter(({ id }) => ticked.has(id));
  const send = (verdict: 'approve' | 'deny') =>
    decide.mutate(
      { verdict, requests: chosen.map(({ id, digest }) => ({ id, digest })), ...(reason.trim() ? { reason } : {}) },
      { onSuccess: ({ refused }) => (refused.length === 0 ? onClose() : setTicked(new Set())) },
    );
  const nothing = chosen.length === 0 ? 'Tick what you have looked at.' : null;
  const unsaid = nothing ?? (reason.trim() === '' ? 'Say why; the agents read it.' : null);
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      width="lg"
      dismissable={false}
      title={
        <>
          {rows.length} requests for <InertText text={group.tool} max={80} /> on {group.server}
        </>
      }
      description="Each is approved for one call, or denied, by itself, with its own entry in the trail."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button variant="danger" pending={decide.isPending} disabledReason={unsaid} onClick={() => send('deny')} onKeyDown={refuseEnter}>
            Deny {chosen.length || ''}
          </Button>
          <Button
            variant="outline"
            pending={decide.isPending}
            disabledReason={nothing}
            onClick={() => send('approve')}
            onKeyDown={refuseEnter}
          >
            Approve {chosen.length || ''}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <ul className="divide-y divide-line-soft rounded-control border border-line-soft">
          {rows.map((row, index) => {
            const { data } = details[index] ?? {};
            const text = data?.arguments.shown ? data.arguments.text : '';
            const closed = text.length > SHOWN_CHARACTERS && !opened.has(row.id);
            const refused = decide.data?.refused.find(({ id }) => id === row.id);
            return (
              <li key={row.id} className="flex items-start gap-3 px-3 py-2">
                <Checkbox
                  label={<span className="sr-only">{`Request of ${row.agent.slug}`}</span>}
                  checked={ticked.has(row.id)}
                  // What was not seen is not decided.
                  disabled={data === undefined || !data.arguments.shown || closed}
                  onChange={(on) => setTicked(new Set(on ? [...ticked, row.id] : [...ticked].filter((id) => id !== row.id)))}
                />
                <div className="min-w-0">
                  <p className="text-meta text-ink-2">
                    {row.agent.slug}, owned by <InertText text={row.agent.owner} max={120} />
                  </p>
                  <code className="whitespace-pre-wrap break-words font-mono text-base text-ink">
                    {data === undefined ? (
                      '…'
                    ) : data.arguments.shown ? (
                      <InertText text={closed ? text.slice(0, SHOWN_CHARACTERS) : text} />
                    ) : (
                      data.arguments.why
                    )}
                  </code>
                  {closed ? (
                    <Button size="sm" variant="quiet" className="my-1" onClick={() => setOpened(new Set([...opened, row.id]))}>
                      Show {(text.length - SHOWN_CHARACTERS).toLocaleString('en-US')} more characters
                    </Button>
                  ) : null}
                  {data?.arguments.shown && data.arguments.inputs !== null ? (
                    <p className="break-words text-ink-2 text-meta">
                      beside the arguments: <InertText text={data.arguments.inputs} />
                    </p>
                  ) : null}
                  {refused === undefined ? null : <p className="text-denied text-meta">{refused.message}</p>}
                </div>
              </li>
            );
          })}
        </ul>
        <Field label="Reason" optional hint="Kept in the trail. A denial needs one: the agents read it.">
          <Input maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} onKeyDown={refuseEnter} />
        </Field>
        <FormError error={decide.error} />
      </div>
    </Dialog>
  );
}
