'use client';

import { useRef, useState } from 'react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useLive } from '@/components/shared/live/live-provider';
import { useShortcuts } from '@/components/shared/shortcuts';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { ApproveStrip } from './approve-strip';
import { refuseEnter } from './refuse-enter';
import { useVerdict } from './use-approvals';

const REASONS = ['Wrong target', 'Amount or scope too large', 'Not needed', 'Ask a person first'];

interface DecidePanelProps {
  approval: ApprovalDetail;
  /** Values that were not read to the end yet. */
  unread: number;
  argumentsShown: boolean;
}

const CANCEL = 'Escape';

/** Nothing is preselected, and every decision takes two acts: choosing what, then sending it. */
export function DecidePanel({ approval, unread, argumentsShown }: DecidePanelProps) {
  const [armed, setArmed] = useState<'approve' | 'deny' | null>(null);
  const open = approval.status === 'pending';
  const { may, why } = approval.decision;
  const { state } = useLive();
  const offline = state === 'reconnecting' ? 'The server cannot be reached, so what is shown may be out of date.' : null;
  const unseen = !argumentsShown
    ? 'The arguments cannot be shown, and what was not seen cannot be approved.'
    : unread > 0
      ? 'Show what is not shown in full yet first.'
      : null;
  const notYet = offline ?? unseen;
  useShortcuts({
    a: () => open && may && notYet === null && setArmed('approve'),
    d: () => open && may && offline === null && setArmed('deny'),
    [CANCEL]: () => setArmed(null),
  });
  if (!open) return null;
  return (
    <Panel
      title="Your decision"
      className="sticky bottom-0 z-20 max-h-[70vh] overflow-y-auto shadow-overlay max-lg:fixed max-lg:inset-x-0 max-lg:rounded-none"
    >
      <div className="flex flex-col gap-3">
        <p className="text-base text-ink-2">
          <InertText text={why} max={400} />
        </p>
        <Votes approval={approval} />
        {may && armed === null ? (
          <div className="flex flex-wrap gap-4">
            <Button keys="D" label="Choose a reason, then deny" disabledReason={offline} onClick={() => setArmed('deny')}>
              Deny…
            </Button>
            <Button
              keys="A"
              label="Review once more, then approve"
              disabledReason={notYet}
              onClick={() => setArmed('approve')}
              onKeyDown={refuseEnter}
            >
              Approve…
            </Button>
          </div>
        ) : null}
        {may && armed === 'approve' ? <ApproveStrip approval={approval} onCancel={() => setArmed(null)} /> : null}
        {may && armed === 'deny' ? <DenyStrip approval={approval} onCancel={() => setArmed(null)} /> : null}
      </div>
    </Panel>
  );
}

function Votes({ approval }: { approval: ApprovalDetail }) {
  if (approval.votesNeeded === 1) return null;
  const agreed = approval.votes.filter(({ vote }) => vote === 'approve');
  return (
    <p className="text-base text-ink">
      {agreed.length} of {approval.votesNeeded} different people agreed
      {agreed.length === 0 ? '' : `: ${agreed.map(({ by }) => by).join(', ')}`}
    </p>
  );
}

function DenyStrip({ approval, onCancel }: { approval: ApprovalDetail; onCancel: () => void }) {
  const verdict = useVerdict(approval.id);
  const [reason, setReason] = useState('');
  const text = useRef<HTMLTextAreaElement>(null);
  const choose = (words: string) => {
    setReason(words);
    text.current?.focus();
  };
  useShortcuts(Object.fromEntries(REASONS.map((words, index) => [String(index + 1), () => choose(words)])));
  const missing = reason.trim() === '' ? 'Say why; the agent reads it.' : null;
  const send = () => {
    if (missing === null && !verdict.isPending) verdict.mutate({ verb: 'deny', body: { digest: approval.digest, reason } });
  };
  return (
    <section
      aria-label="Deny"
      className="flex flex-col gap-3 rounded-control border border-line bg-sunken p-3"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
      }}
    >
      <div className="flex flex-wrap gap-2">
        {REASONS.map((words, index) => (
          <Button key={words} size="sm" variant="quiet" onClick={() => choose(words)}>
            {index + 1} · {words}
          </Button>
        ))}
      </div>
      <Field label="Reason" hint="The agent reads it. The same call is denied for 10 minutes without asking again.">
        <Textarea ref={text} maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      <FormError error={verdict.error} />
      <div className="flex flex-wrap gap-2">
        <Button variant="danger" pending={verdict.isPending} disabledReason={missing} keys="⌘↵" label="Deny this call" onClick={send}>
          Deny call
        </Button>
        <Button variant="ghost" onClick={onCancel}>
          Back
        </Button>
      </div>
    </section>
  );
}
