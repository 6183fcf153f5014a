'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { LimitRow } from '@/components/shared/api/wire';
import { formatCount, plural } from '@/components/shared/format';
import { nameOf, spanWords, utcWords } from '@/components/shared/limits/limit-words';
import { useServerNow } from '@/components/shared/limits/server-clock';
import { useTimeZone } from '@/components/shared/time-zone';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { RAISE_FACTOR_MAX } from '@/lib/domain/counters/counter-raise';
import { limitPath } from './use-limits';

const TIMES = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '480', label: '8 hours' },
  { value: '1440', label: '24 hours' },
] as const;

/** Opens access for a while, so it says first what that lets through. */
export function RaiseDialog({ row, onClose }: { row: LimitRow; onClose: () => void }) {
  const client = useQueryClient();
  const now = useServerNow();
  const { timeZone } = useTimeZone();
  const [to, setTo] = useState(String(Math.min(row.ruleMax * 2, row.ruleMax * RAISE_FACTOR_MAX)));
  const [minutes, setMinutes] = useState('60');
  const raise = useMutation({
    mutationFn: (reason: string) =>
      api<LimitRow>('POST', `${limitPath(row.key)}/raise`, {
        body: { to: Number(to), minutes: Number(minutes), reason, rule: row.rule, from: row.ruleMax },
      }),
    onSuccess: (answer) => {
      client.invalidateQueries({ queryKey: ['limits'] });
      toast.success(`Raised to ${formatCount(answer.max)} for ${nameOf(answer)}`);
      onClose();
    },
  });
  const most = row.ruleMax * RAISE_FACTOR_MAX;
  const value = Number(to);
  const wrong = !(value > row.ruleMax && value <= most) ? `More than ${formatCount(row.ruleMax)}, at most ${formatCount(most)}` : null;
  const until = utcWords(new Date(now + Number(minutes) * 60_000).toISOString(), now, timeZone);
  const more = Math.max(0, value - Math.max(row.used, 0));
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      action="Raise limit"
      pending={raise.isPending}
      missing={wrong}
      error={raise.error?.message ?? null}
      consequences={[
        `Opens access: ${nameOf(row)} may use ${wrong === null ? formatCount(more) : '…'} more of ${row.counter} now, and ${wrong === null ? formatCount(value) : '…'} instead of ${formatCount(row.ruleMax)} ${spanWords(row)}.`,
        row.refused24h > 0
          ? `${plural(row.refused24h, 'call')} of it ${row.refused24h === 1 ? 'was' : 'were'} refused in the last 24 hours; such calls pass now.`
          : 'None of its calls was refused in the last 24 hours.',
        'Only this counter: others of the same rule keep the rule’s maximum. Every other rule still decides.',
        `Falls back to ${formatCount(row.ruleMax)} by itself at ${until}; what was used by then stays counted. A publish that changes the rule ends it before.`,
      ]}
      onConfirm={(reason) => raise.mutate(reason)}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="New maximum"
          error={to === '' ? null : (wrong ?? fieldError(raise.error, 'to'))}
          hint={`The rule says ${formatCount(row.ruleMax)}`}
        >
          <Input
            type="number"
            inputMode="decimal"
            min={row.ruleMax}
            max={most}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        </Field>
        <Field label="For" hint={`Until ${until}`}>
          <Select value={minutes} onChange={setMinutes} options={TIMES} />
        </Field>
      </div>
    </ConfirmDialog>
  );
}
