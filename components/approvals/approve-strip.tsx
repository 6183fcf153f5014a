'use client';

import { useState } from 'react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { absoluteTime } from '@/components/shared/format';
import { ScopeWords } from '@/components/shared/scope-words';
import { useNow } from '@/components/shared/time-text';
import { useTimeZone } from '@/components/shared/time-zone';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { APPROVAL_DURATIONS, type ApprovalDuration } from '@/lib/domain/approval/approval-terms';
import { type ChosenBounds, loosened } from '@/lib/domain/approval/argument-scope';
import { wordToType } from './approval-words';
import { rowsOf } from './argument-rows';
import { refuseEnter } from './refuse-enter';
import { ScopeChooser, shownBounds } from './scope-chooser';
import { useVerdict } from './use-approvals';

const DURATION_WORDS: Record<ApprovalDuration, string> = { once: 'this one call', '15m': '15 minutes', '1h': '1 hour' };
const DURATIONS = Object.keys(APPROVAL_DURATIONS) as ApprovalDuration[];

/** How long, why, and one button that says what it does. Anything but one call is a choice that somebody has to make. */
export function ApproveStrip({ approval, onCancel }: { approval: ApprovalDetail; onCancel: () => void }) {
  const verdict = useVerdict(approval.id);
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [duration, setDuration] = useState<ApprovalDuration>('once');
  const [chosen, setChosen] = useState<ChosenBounds>({});
  const now = useNow();
  const { timeZone, offsetAt } = useTimeZone();
  const end = now + APPROVAL_DURATIONS[duration];
  const until = `${absoluteTime(end, timeZone, 'minutes')} ${offsetAt(end)}`;
  const { arguments: args } = approval;
  const rows = args.shown ? rowsOf(args.text) : [];
  const scopable = args.shown ? args.scopable : [];
  const bounds = shownBounds(rows, chosen);
  const tool = approval.innerTool ?? approval.tool;
  const word = wordToType(approval);
  const isCritical = approval.risk === 'critical';
  const allowed = DURATIONS.filter((one) => !isCritical || APPROVAL_DURATIONS[one] <= approval.reuseMs);
  const missing = isCritical && typed !== word ? `Type ${word} to approve a critical call.` : null;
  const send = () => {
    if (missing !== null || verdict.isPending) return;
    const scope = duration === 'once' || bounds.length === 0 ? {} : { scope: loosened(chosen) };
    verdict.mutate({ verb: 'approve', body: { digest: approval.digest, for: duration, ...scope, ...(reason.trim() ? { reason } : {}) } });
  };
  return (
    <section
      aria-label="Approve"
      className="flex flex-col gap-3 rounded-control border border-line bg-sunken p-3"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
      }}
    >
      <p className="text-base text-ink" aria-live="polite">
        {duration === 'once' ? (
          'One call with exactly these arguments, until the deadline. Anything else asks again.'
        ) : (
          <>
            For {DURATION_WORDS[duration]}, until {until}, {approval.agent.slug} may call <InertText text={tool} max={80} /> on{' '}
            {approval.server.slug} with {bounds.length === 0 ? 'exactly these arguments' : <ScopeWords bounds={bounds} redacted={0} />}, as
            often as it wants. Listed as an exception that ends by itself and can be revoked.
          </>
        )}
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {isCritical ? (
          <Field label={`Type ${word} to confirm`}>
            <Input autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={refuseEnter} />
          </Field>
        ) : null}
        {allowed.length > 1 ? (
          <Field label="Holds for">
            <Select
              value={duration}
              onChange={(value) => setDuration(value as ApprovalDuration)}
              options={allowed.map((value) => ({ value, label: DURATION_WORDS[value] }))}
            />
          </Field>
        ) : null}
        <Field label="Reason" optional hint="Kept in the trail.">
          <Input
            autoFocus={!isCritical}
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={refuseEnter}
          />
        </Field>
      </div>
      {duration === 'once' ? null : <ScopeChooser rows={rows} scopable={scopable} chosen={chosen} onChange={setChosen} />}
      <FormError error={verdict.error} />
      <div className="flex flex-wrap gap-2">
        <Button
          variant="outline"
          pending={verdict.isPending}
          disabledReason={missing}
          keys="⌘↵"
          label={`Approve ${DURATION_WORDS[duration]}`}
          onClick={send}
          onKeyDown={refuseEnter}
        >
          {duration === 'once' ? 'Approve once' : `Approve for ${DURATION_WORDS[duration]}`}
        </Button>
        <Button variant="ghost" onClick={onCancel}>
          Back
        </Button>
      </div>
    </section>
  );
}
