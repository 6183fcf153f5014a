'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { Retention } from '@/components/shared/api/wire';
import { PasswordField } from '@/components/shared/password-field';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { RETENTION_DAYS_MAX, RETENTION_DAYS_MIN } from '@/lib/domain/retention/months-due';
import { isShorter, keepWords, monthsWords } from './retention-words';
import { useRetention } from './use-retention';

const CHOICES = [
  { value: 'all', label: 'Keep everything' },
  { value: 'days', label: 'Remove after some days' },
] as const;

/** Removing more takes the typed days, a reason, the own password and a second admin; keeping more takes a reason. */
export function RetentionDialog({ now, start, onClose }: { now: Retention; start: number | null; onClose: () => void }) {
  const client = useQueryClient();
  const [choice, setChoice] = useState<string>(start === null ? 'all' : 'days');
  const [text, setText] = useState(String(start ?? 365));
  const [password, setPassword] = useState('');
  const value = Number(text);
  const fits = Number.isInteger(value) && value >= RETENTION_DAYS_MIN && value <= RETENTION_DAYS_MAX;
  const wrong = choice === 'all' || fits ? null : `A whole number from ${RETENTION_DAYS_MIN} to ${RETENTION_DAYS_MAX}`;
  const days = choice === 'all' ? null : value;
  const shorter = wrong === null && isShorter(days, now.days);
  const confirms = shorter && now.proposed !== null && now.proposed.days === days && !now.proposed.mine;
  const preview = useRetention(wrong === null ? days : undefined);
  const save = useMutation({
    mutationFn: (reason: string) =>
      api<Retention>('PUT', '/audit/retention', {
        body: { days, reason, ...(shorter ? { confirm: keepWords(days), password } : {}) },
      }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['retention'] });
      toast.success(
        saved.proposed === null
          ? `Calls are kept ${keepWords(saved.days)}`
          : `Proposed: ${keepWords(saved.proposed.days)}. Another admin has to confirm it`,
      );
      onClose();
    },
  });
  const months = preview.data?.months ?? [];
  const due = monthsWords(months.filter(({ state }) => state === 'due'));
  const held = monthsWords(months.filter(({ state }) => state === 'held'));
  const consequences =
    wrong !== null || days === null
      ? ['Nothing is removed any more. What was removed does not come back.']
      : [
          ...(shorter && !confirms ? ['Nothing changes until another admin has confirmed it. Then:'] : []),
          due ? `Removed for good within minutes: ${due}.` : 'Nothing is removed now.',
          ...(held ? [`Kept by legal holds until they are lifted: ${held}.`] : []),
          `From then on each month leaves once its last day is older than ${keepWords(days)}: calls, outcomes, arguments and their counts.`,
        ];
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier={shorter ? 'T3' : 'T2'}
      name={keepWords(days)}
      destructive={shorter}
      action="Change retention"
      missing={wrong ?? (days === now.days ? 'Nothing is changed' : shorter && password === '' ? 'Give your password' : null)}
      pending={save.isPending}
      error={save.error?.message ?? null}
      consequences={consequences}
      onConfirm={(reason) => save.mutate(reason)}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Calls">
          <Select value={choice} onChange={setChoice} options={CHOICES} />
        </Field>
        {choice === 'days' ? (
          <Field label="Days" error={text === '' ? null : (wrong ?? fieldError(save.error, 'days'))}>
            <Input
              type="number"
              inputMode="numeric"
              min={RETENTION_DAYS_MIN}
              max={RETENTION_DAYS_MAX}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
        ) : null}
      </div>
      {shorter ? (
        <PasswordField
          label="Your password"
          kind="current-password"
          value={password}
          onChange={setPassword}
          error={fieldError(save.error, 'password')}
        />
      ) : null}
    </ConfirmDialog>
  );
}
